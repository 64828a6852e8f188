/**
 * The bank's page on which a customer agrees to a link.
 *
 * @module
 */
import { html } from 'hono/html';
import type { Binding } from '../records.ts';
import type { EndKind } from './parts.ts';
import type { Html } from './layout.ts';
import type { Texts } from './texts.ts';
import { codeForm, maskPhone, row } from './parts.ts';

export function bindingContent(texts: Texts, binding: Binding, merchant: string, remainingMs: number | undefined): Html {
  const { session, expiresAtMs, phoneNo } = binding;
  const maskedPhone = maskPhone(phoneNo);
  return html`<section class="card">
<h1>${texts.bindingTitle}</h1>
<p class="lead">${texts.bindingLead(merchant)}</p>
<dl>${row(texts.phone, maskedPhone)}${row(texts.customer, binding.custIdMerchant)}</dl>
${session.step === 'otp' ? terms(texts, merchant) : ''}
${codeForm({ texts, session, maskedPhone, finalAction: texts.link, expiresAtMs, remainingMs })}
</section>`;
}

export function bindingEnd({ state, reason }: Binding): EndKind {
  if (state === 'ACTIVE' || state === 'UNBOUND') return 'done';
  if (reason === 'expired') return 'expired';
  return reason === 'cancelled' ? 'cancelled' : 'failed';
}

/** What is agreed to is read before the first code, not after it. */
function terms(texts: Texts, merchant: string): Html {
  return html`<div class="terms"><p>${texts.agreement}</p><ul>${texts.terms(merchant).map((term) => html`<li>${term}</li>`)}</ul></div>`;
}

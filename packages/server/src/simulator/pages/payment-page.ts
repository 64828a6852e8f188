/**
 * The bank's page on which a customer confirms a payment.
 *
 * @module
 */
import { html } from 'hono/html';
import type { EndKind } from './parts.ts';
import type { Html } from './layout.ts';
import type { Payment } from '../records.ts';
import type { Texts } from './texts.ts';
import { formatRupiah } from '../money.ts';
import { paymentFailures } from '../payments.ts';
import { codeForm, maskPhone, row } from './parts.ts';

export function paymentContent(texts: Texts, payment: Payment, merchant: string, remainingMs: number | undefined): Html {
  const { session, expiresAtMs, phoneNo, minor, parts } = payment;
  const maskedPhone = maskPhone(phoneNo);
  const amount = formatRupiah(minor);
  const sources = parts.map(({ instrument }) => texts.instruments[instrument]).join(' + ');
  return html`<section class="card">
<h1>${texts.paymentTitle}</h1>
<p class="amount"><span>${texts.total}</span><strong>${amount}</strong></p>
<dl>${row(texts.merchant, merchant)}${row(texts.source, sources)}${row(texts.phone, maskedPhone)}${row(texts.reference, html`<code>${payment.partnerReferenceNo}</code>`)}</dl>
${codeForm({ texts, session, maskedPhone, finalAction: texts.pay(amount), expiresAtMs, remainingMs })}
</section>`;
}

export function paymentEnd({ state, resultCode }: Payment): EndKind {
  if (state === 'SUCCESS' || state === 'REFUNDED') return 'done';
  if (state === 'CANCELED') return 'cancelled';
  return resultCode === paymentFailures.expired.code ? 'expired' : 'failed';
}

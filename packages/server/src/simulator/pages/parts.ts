/**
 * The pieces which the binding page and the payment page share: form, expiry, end.
 *
 * @module
 */
import { html } from 'hono/html';
import type { Html } from './layout.ts';
import type { Session } from '../records.ts';
import type { Texts } from './texts.ts';
import { formatTimestamp } from '../timestamp.ts';

/** How a session ended, in the words of {@link Texts.ended}. */
export type EndKind = keyof Texts['ended'];

export interface FormParts {
  texts: Texts;
  session: Session;
  maskedPhone: string;
  /** On the last button. */
  finalAction: string;
  expiresAtMs: number;
  /** Real milliseconds until then; undefined if time is frozen. */
  remainingMs: number | undefined;
}

export function codeForm({ texts, session, maskedPhone, finalAction, expiresAtMs, remainingMs }: FormParts): Html {
  const isOtp = session.step === 'otp';
  return html`<form method="post" novalidate>
<p class="step"><span class="dots" aria-hidden="true"><i class="on"></i><i class="${isOtp ? '' : 'on'}"></i></span>${texts.stepOf(isOtp ? 1 : 2)}</p>
<label for="code">${isOtp ? texts.otpLabel : texts.pinLabel}</label>
<p class="hint" id="hint">${isOtp ? texts.otpHint(maskedPhone) : texts.pinHint}</p>
${codeInput(isOtp, session.problem !== undefined)}
${problemText(texts, session)}
<div class="actions">
<button class="primary" type="submit" name="action" value="continue" data-action="continue">${isOtp ? texts.continue : finalAction}</button>
<button class="quiet" type="submit" name="action" value="cancel" data-action="cancel">${texts.cancel}</button>
</div>
${expiry(texts, expiresAtMs, remainingMs)}
</form>`;
}

/** The title of the document begins with the error, so that it is the first thing a screen reader says. */
export function titleOf(texts: Texts, session: Session, title: string): string {
  return session.problem ? `${texts.errorPrefix}${title}` : title;
}

export function endContent(texts: Texts, kind: EndKind, back?: { merchant: string; href: string }): Html {
  const [heading, lead] = texts.ended[kind];
  return html`<section class="card end" data-end="${kind}">
<span class="badge ${kind === 'done' ? 'good' : 'plain'}" aria-hidden="true">${kind === 'done' ? '✓' : '!'}</span>
<h1>${heading}</h1>
<p>${lead}</p>
${back ? html`<a class="button primary" data-action="back" href="${back.href}">${texts.back(back.merchant)}</a>` : ''}
</section>`;
}

export function row(term: string, value: Html | string): Html {
  return html`<div><dt>${term}</dt><dd>${value}</dd></div>`;
}

/** `0812 •••• 890`, with spaces that do not break. */
export function maskPhone(phoneNo: string): string {
  const local = `0${phoneNo.replace(/^62/, '')}`;
  return `${local.slice(0, 4)}\u00a0••••\u00a0${local.slice(-3)}`;
}

function codeInput(isOtp: boolean, isWrong: boolean): Html {
  const described = isWrong ? 'problem hint' : 'hint';
  return isOtp
    ? html`<input class="code" id="code" name="otp" type="text" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" maxlength="6" required autofocus aria-invalid="${String(isWrong)}" aria-describedby="${described}">`
    : html`<input class="code" id="code" name="pin" type="password" inputmode="numeric" autocomplete="off" pattern="[0-9]{6}" maxlength="6" required autofocus aria-invalid="${String(isWrong)}" aria-describedby="${described}">`;
}

function problemText(texts: Texts, { problem, step, otpLeft, pinLeft }: Session): Html | string {
  if (!problem) return '';
  const left = step === 'otp' ? otpLeft : pinLeft;
  return html`<p class="problem" id="problem" role="alert">${texts.wrong[problem]} ${texts.attemptsLeft(left)}</p>`;
}

/** The clock time for everyone; with JavaScript the time that is left. */
function expiry(texts: Texts, expiresAtMs: number, remainingMs: number | undefined): Html {
  const clockTime = formatTimestamp(expiresAtMs).slice(11, 19);
  const line = html`${texts.expires} <time datetime="${formatTimestamp(expiresAtMs)}">${clockTime} WIB</time>`;
  if (remainingMs === undefined) return html`<p class="expiry">${line}</p>`;
  return html`<p class="expiry" data-remaining-ms="${remainingMs}" data-label="${texts.remaining}">${line}</p>`;
}

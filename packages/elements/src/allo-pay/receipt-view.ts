import type { TemplateResult } from 'lit';
import { html } from 'lit';
import type { Payment } from '../contract.ts';
import type { Content, Speaker } from '../internal/templates.ts';
import { frame, moneyText, notice } from '../internal/templates.ts';
import { formatDateTime } from '../localize.ts';

/** The receipt of a payment that was taken; being given back and given back are told on it. */
export function receiptView(host: Speaker, payment: Payment | undefined, state: 'paid' | 'refunding' | 'refunded'): TemplateResult {
  const { amount, receipt, refund } = payment ?? {};
  const row = (key: 'total' | 'time' | 'reference' | 'returned', value: Content): Content =>
    value && html`<div part=${`row ${key}`}><dt>${host.text(key)}</dt><dd>${value}</dd></div>`;
  const time = (instant: string | undefined): string => (instant ? formatDateTime(instant, host.language, host.text('months')) : '');
  return frame(host, 'base card', notice(state === 'refunding' ? 'busy' : 'success', host.text(state), '', true), html`<dl part="rows receipt">
    ${row('total', amount && moneyText(amount))}${row('time', time(receipt?.paidAt))}${row('reference', receipt?.reference)}${row('returned', time(refund?.refundedAt))}
  </dl>`);
}

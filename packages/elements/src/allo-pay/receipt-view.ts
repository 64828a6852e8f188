import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Payment } from '../contract.ts';
import type { Icon } from '../internal/icons.ts';
import type { Content, Speaker } from '../internal/templates.ts';
import { frame, moneyText, notice, title } from '../internal/templates.ts';
import { formatDateTime } from '../localize.ts';

const icons: Partial<Record<Payment['status'], Icon>> = { paid: 'success', refunding: 'busy', refunded: 'back' };

/** The receipt of a payment that was taken; being given back and given back are told on it. */
export function receiptView(host: Speaker, payment: Payment, words: string): TemplateResult {
  const { amount, receipt, refund, status } = payment;
  const row = (name: string, value: Content, part = ''): TemplateResult =>
    html`<div part="row ${part}"><dt>${name}</dt><dd>${value}</dd></div>`;
  const time = (instant: string): string => formatDateTime(instant, host.language);
  return frame(
    host,
    { card: true, message: notice(icons[status] ?? 'success', title(words)) },
    html`<dl part="rows receipt">
      ${row(host.text('total'), moneyText(amount), 'total')}
      ${receipt ? [row(host.text('paidAt'), time(receipt.paidAt)), row(host.text('reference'), receipt.reference, 'reference')] : nothing}
      ${refund?.refundedAt ? row(host.text('refundedAt'), time(refund.refundedAt)) : nothing}
    </dl>`,
  );
}

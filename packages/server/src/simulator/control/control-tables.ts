/**
 * The left side of the control page: what happened and what is. It shows the views and nothing else.
 *
 * @module
 */
import { html } from 'hono/html';
import type { JournalEntry } from '../journal.ts';
import type { NotificationEntry } from '../notifier.ts';
import type { Html } from '../pages/layout.ts';
import type { RequestEntry } from '../request-log.ts';
import type { AccountView, BindingView, PaymentView, SimulatorState } from './views.ts';
import { formatRupiah, parseMinor } from '../money.ts';
import { instruments } from '../records.ts';

type Cell = Html | string;

/** Rows that one table shows; the JSON control has them all. */
const shown = 25;

export function tables(state: SimulatorState, requests: RequestEntry[], journal: JournalEntry[]): Html {
  return html`<div id="live">
${openPages(state)}
${section('Accounts', state.accounts.length, table(['Phone', 'Linked to', 'BALANCE', 'POINT', 'PAYLATER', 'Set', ''], state.accounts.map(accountRow)))}
${section('Payments', state.payments.length, table(['Created', 'Customer', 'Amount', 'State', 'Code', 'Reference'], latest(state.payments).map(paymentRow)))}
${section('Notifications', state.notifications.length, table(['#', 'Kind', 'Says', 'State', 'Answers', 'Reference', ''], latest(state.notifications).map(notificationRow)))}
${section('Requests', requests.length, table(['#', 'At', 'Operation', 'Answer', 'Message', 'Reference'], latest(requests).map(requestRow)))}
${section('Journal of money', journal.length, table(['At', 'Kind', 'Amount', 'Customer', 'Reference'], latest(journal).map(journalRow)))}
${section('Links', state.bindings.length, table(['Created', 'Customer', 'Phone', 'State', 'Why'], latest(state.bindings).map(bindingRow)))}
</div>`;
}

function openPages({ bindings, payments }: SimulatorState): Html {
  const pages = [
    ...bindings.map(({ pageUrl, custIdMerchant }) => ({ pageUrl, label: `Link ${custIdMerchant}` })),
    ...payments.map(({ pageUrl, amount, custIdMerchant }) => ({ pageUrl, label: `${rupiah(amount.value)} of ${custIdMerchant}` })),
  ].filter(({ pageUrl }) => pageUrl !== undefined);
  const list = html`<ul class="plain">${pages.map(({ pageUrl, label }) => html`<li><a href="${pageUrl}" target="_blank" rel="noreferrer">${label}</a></li>`)}</ul>`;
  return section('Waiting at the bank', pages.length, pages.length > 0 ? list : html`<p class="empty">Nobody.</p>`);
}

function accountRow({ phoneNo, custIdMerchant, balance }: AccountView): Cell[] {
  const set = html`<form class="inline" method="post" action="/simulator/form/balance"><input type="hidden" name="phoneNo" value="${phoneNo}"><select name="instrument" aria-label="Instrument">${instruments.map((name) => html`<option>${name}</option>`)}</select><input name="value" placeholder="12000.00" aria-label="Amount" required><button>Set</button></form>`;
  const unlink = html`<form class="inline" method="post" action="/simulator/form/unlink"><input type="hidden" name="phoneNo" value="${phoneNo}"><button>Unlink in app</button></form>`;
  const linked = custIdMerchant === undefined ? '–' : html`<span class="tag good">${custIdMerchant}</span>`;
  return [code(phoneNo), linked, ...instruments.map((name) => rupiah(balance[name].value)), set, custIdMerchant === undefined ? '' : unlink];
}

function bindingRow({ createdAt, custIdMerchant, phoneNo, state, reason }: BindingView): Cell[] {
  const tone = { ACTIVE: 'good', PENDING: 'wait', FAILED: 'bad', UNBOUND: '' }[state];
  return [time(createdAt), custIdMerchant, code(phoneNo), tag(state, tone), reason ?? ''];
}

function paymentRow({ createdAt, custIdMerchant, amount, state, status, resultCode, partnerReferenceNo }: PaymentView): Cell[] {
  const tone = { SUCCESS: 'good', PENDING: 'wait', FAILED: 'bad', CANCELED: 'bad', REFUNDED: '' }[state];
  return [time(createdAt), custIdMerchant, rupiah(amount.value), tag(`${status} ${state}`, tone), code(resultCode), code(partnerReferenceNo)];
}

function notificationRow(entry: NotificationEntry): Cell[] {
  const tone = { delivered: 'good', sending: 'wait', waiting: 'wait', 'given-up': 'bad', missing: 'bad' }[entry.state];
  const answers = entry.attempts.map(({ httpStatus, error }) => String(httpStatus ?? error ?? '')).join(', ');
  const next = entry.nextAttemptAt === undefined ? '' : ` → ${time(entry.nextAttemptAt)}`;
  const resend = html`<form class="inline" method="post" action="/simulator/form/resend"><input type="hidden" name="number" value="${entry.number}"><button>Send again</button></form>`;
  const state = html`${tag(entry.state, tone)}${entry.fault ? html` <span class="tag bad">${entry.fault}</span>` : ''}`;
  return [String(entry.number), entry.kind, entry.status, state, `${answers}${next}`, code(entry.reference), resend];
}

function requestRow(entry: RequestEntry): Cell[] {
  const tone = entry.verdict === 'answered' ? 'good' : 'bad';
  const answer = html`${tag(entry.responseCode ?? entry.verdict, tone)}${entry.fault ? html` <span class="tag bad">${entry.fault}</span>` : ''}`;
  return [String(entry.number), time(entry.at), entry.operation, answer, entry.responseMessage ?? '', code(entry.reference ?? '')];
}

function journalRow({ at, kind, value, custIdMerchant, partnerReferenceNo }: JournalEntry): Cell[] {
  return [time(at), tag(kind, kind === 'debit' ? 'good' : ''), rupiah(value), custIdMerchant, code(partnerReferenceNo)];
}

function section(title: string, count: number, content: Html): Html {
  return html`<section><h2>${title} <span>${count}</span></h2>${content}</section>`;
}

function table(heads: string[], rows: Cell[][]): Html {
  if (rows.length === 0) return html`<p class="empty">Nothing yet.</p>`;
  return html`<div class="scroll" tabindex="0"><table><thead><tr>${heads.map((head) => html`<th>${head}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

function latest<Item>(items: Item[]): Item[] {
  return items.slice(-shown).reverse();
}

function tag(text: string, tone: string): Html {
  return html`<span class="tag ${tone}">${text}</span>`;
}

function code(text: string): Html {
  return html`<code>${text}</code>`;
}

function time(at: string): string {
  return at.slice(11, 19);
}

function rupiah(value: string): string {
  return formatRupiah(parseMinor(value) ?? 0);
}

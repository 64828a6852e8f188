/**
 * `GET /orders/{orderId}`, `POST /payments`, `GET /payments/{paymentId}`, `POST /payments/{paymentId}/refund` and what
 * is said of it when it was done by hand.
 *
 * @module
 */

import { idempotencyHeader } from '../contract.ts';
import type { InstrumentType, Order } from '../contract.ts';
import { AlloServerError } from '../errors.ts';
import { confirmManualRefund } from '../ledger/manual-refund.ts';
import { pay } from '../ledger/payments.ts';
import { refundPayment } from '../ledger/refunds.ts';
import { readRupiah, toMinorUnits } from '../snap/amount.ts';
import type { PaymentRow } from '../store/rows.ts';
import { readId, readReturnTo, readTexts } from './browser-guard.ts';
import { viewPayment } from './context.ts';
import type { RouteContext, RouteRequest } from './context.ts';
import { identifyDevice } from './device.ts';
import { requireCustomer, requireOrder } from './merchant.ts';

const keyForm = /^[\x21-\x7e]{16,255}$/;
const instruments: readonly string[] = ['BALANCE', 'POINT', 'PAYLATER'] satisfies InstrumentType[];
const longestReason = 255;

export async function showOrder(routes: RouteContext, c: RouteRequest<'/orders/:orderId'>): Promise<Response> {
  const customer = await requireCustomer(routes.merchant, c.req.raw);
  const { orderId, amount, lines } = await requireOrder(routes.merchant, readId(c.req.param('orderId'), 'ORDER_NOT_FOUND'), customer);
  const payment = await routes.ledger.store.paymentOfOrder(orderId);
  const own = payment?.customerId === customer.id ? payment : undefined;
  const order: Order = { orderId, amount, lines, ...(own && { payment: await viewPayment(routes, own) }) };
  return c.json(order);
}

export async function beginPayment(routes: RouteContext, c: RouteRequest): Promise<Response> {
  const customer = await requireCustomer(routes.merchant, c.req.raw);
  c.set('limitedBy', { paymentsPerCustomer: customer.id });
  const { orderId, shown, returnTo, instrument = 'BALANCE' } = await readTexts(c.req.raw, ['orderId', 'shown', 'returnTo', 'instrument']);
  if (orderId === undefined || orderId === '') throw new AlloServerError('INVALID_REQUEST', { detail: '"orderId" is missing' });
  if (!isInstrument(instrument)) throw new AlloServerError('INVALID_REQUEST', { detail: `"instrument" has to be one of ${instruments.join(', ')}` });
  const shownMinor = readShown(shown);
  const idempotencyKey = c.req.header(idempotencyHeader) ?? '';
  if (!keyForm.test(idempotencyKey)) throw new AlloServerError('IDEMPOTENCY_KEY_REQUIRED');
  const { lines, amountMinor } = await requireOrder(routes.merchant, orderId, customer);
  const { device, setCookie } = identifyDevice(c.req.raw, c.env, routes.device);
  const payment = await pay(routes.ledger, {
    customerId: customer.id, orderId, amountMinor, shownMinor, lines, instrument, device, idempotencyKey,
    returnTo: readReturnTo(returnTo, routes.shopOrigin),
  });
  if (setCookie !== undefined) c.header('set-cookie', setCookie);
  const view = await viewPayment(routes, payment);
  return c.json(view, view.status === 'processing' || view.status === 'created' ? 202 : 201);
}

/** In sen; undefined where the page does not say it. */
function readShown(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const amount = readRupiah({ value, currency: 'IDR' });
  if (amount === undefined) throw new AlloServerError('INVALID_REQUEST', { detail: '"shown" has to be an amount, for example "125000.00"' });
  return toMinorUnits(amount);
}

const isInstrument = (text: string): text is InstrumentType => instruments.includes(text);

export async function showPayment(routes: RouteContext, c: RouteRequest<'/payments/:paymentId'>): Promise<Response> {
  const customer = await requireCustomer(routes.merchant, c.req.raw);
  const payment = await routes.ledger.store.payment(readId(c.req.param('paymentId'), 'NOT_FOUND'));
  if (payment?.customerId !== customer.id) throw new AlloServerError('NOT_FOUND');
  return c.json(await viewPayment(routes, payment));
}

export async function beginRefund(routes: RouteContext, c: RouteRequest<'/payments/:paymentId/refund'>): Promise<Response> {
  const payment = await authorizedPayment(routes, c);
  const { reason = '' } = await readTexts(c.req.raw, ['reason']);
  const requestKey = c.req.header(idempotencyHeader);
  if (requestKey !== undefined && !keyForm.test(requestKey)) throw new AlloServerError('IDEMPOTENCY_KEY_REQUIRED');
  await refundPayment(routes.ledger, payment.id, { reason: reason.slice(0, longestReason), ...(requestKey !== undefined && { requestKey }) });
  const latest = await routes.ledger.store.payment(payment.id);
  return c.json(await viewPayment(routes, latest ?? payment));
}

/** Who said it is the merchant's to know: `authorizeRefund` let them. */
export async function refundTransferred(routes: RouteContext, c: RouteRequest<'/payments/:paymentId/refund/transferred'>): Promise<Response> {
  const payment = await authorizedPayment(routes, c);
  const { reference } = await readTexts(c.req.raw, ['reference']);
  await confirmManualRefund(routes.ledger, payment.id, { reference, by: 'back office' });
  const latest = await routes.ledger.store.payment(payment.id);
  return c.json(await viewPayment(routes, latest ?? payment));
}

/** Who may not refund does not learn whether the payment exists. */
async function authorizedPayment({ merchant, ledger }: RouteContext, c: RouteRequest<'/payments/:paymentId/refund' | '/payments/:paymentId/refund/transferred'>): Promise<PaymentRow> {
  const payment = await ledger.store.payment(readId(c.req.param('paymentId'), 'FORBIDDEN'));
  const may = payment !== undefined && (await merchant.authorizeRefund?.(c.req.raw, await viewPayment({ ledger }, payment)));
  if (payment === undefined || may !== true) throw new AlloServerError('FORBIDDEN');
  return payment;
}

/**
 * The bank's ways back, `GET /account/return` and `GET /payments/return`: browser navigations that prove nothing
 * by themselves. Always a redirect to a clean address on the shop.
 *
 * @module
 */

import { returnFromLink } from '../ledger/links.ts';
import { returnFromPayment } from '../ledger/payments.ts';
import type { RouteContext, RouteRequest } from './context.ts';
import { readDeviceId } from './device.ts';
import { findCustomer } from './merchant.ts';

/** Query parameter that carries the one-time state. */
export const stateParameter = 'state';

/** Query parameter of the way back after a failure: a hint for how long to ask, no evidence. */
export const failedParameter = 'failed';

export async function linkReturn(routes: RouteContext, c: RouteRequest): Promise<Response> {
  const customer = await findCustomer(routes.merchant, c.req.raw);
  const visitor = { deviceId: readDeviceId(c.req.raw, routes.device), customerId: customer?.id, saysFailed: c.req.query(failedParameter) !== undefined };
  return goTo(routes, await returnFromLink(routes.ledger, c.req.query(stateParameter) ?? '', visitor));
}

export async function paymentReturn(routes: RouteContext, c: RouteRequest): Promise<Response> {
  return goTo(routes, await returnFromPayment(routes.ledger, c.req.query(stateParameter) ?? ''));
}

/** The state must not travel on in a Referer, nor be kept by a cache. */
function goTo({ shopOrigin }: RouteContext, known: { returnTo: string } | undefined): Response {
  const location = new URL(known?.returnTo ?? '/', shopOrigin).href;
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' } });
}

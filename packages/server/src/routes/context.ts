/**
 * What every route works with.
 *
 * @module
 */

import type { Context } from 'hono';
import type { BalanceMemory } from './balance-memory.ts';
import { paymentView } from './views.ts';
import type { Payment } from '../contract.ts';
import type { LedgerContext } from '../ledger/context.ts';
import type { Subjects } from '../ledger/rate-limits.ts';
import type { DokuService } from '../snap/acknowledgement.ts';
import type { PaymentRow } from '../store/rows.ts';
import type { Connection, DeviceOptions } from './device.ts';
import type { Merchant } from './merchant.ts';

export interface RouteContext {
  ledger: LedgerContext;
  merchant: Merchant;
  balances: BalanceMemory;
  device: DeviceOptions;
  /** Origin of the shop, for example `https://shop.example`. */
  shopOrigin: string;
  /** Origins whose pages may make changes, the shop's own included. */
  trustedOrigins: ReadonlySet<string>;
}

/** What hono carries along with a request. */
export interface RouteEnv {
  Bindings: Connection;
  Variables: {
    requestId: string;
    /** Under which limits the request is, of those that the client is told of. */
    limitedBy?: Subjects;
    /** What DOKU asks, if it is DOKU whose route this is. */
    dokuService?: DokuService;
  };
}

export type RouteRequest<Path extends string = string> = Context<RouteEnv, Path>;

/** The payment as the page may see it, with its refund. */
export async function viewPayment({ ledger }: Pick<RouteContext, 'ledger'>, payment: PaymentRow): Promise<Payment> {
  const { store } = ledger;
  // Nobody is sent to the bank to pay what was taken by another payment of the order meanwhile.
  const isTaken = payment.state === 'requires_action' && (await store.isTakenBeside(payment.id));
  return paymentView(isTaken ? { ...payment, pageUrl: null } : payment, await store.refundOfPayment(payment.id), ledger.now());
}

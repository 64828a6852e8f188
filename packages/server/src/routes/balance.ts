/**
 * `GET /balance`: what the linked account holds, by an inquiry at the bank or from a moment ago.
 *
 * @module
 */

import type { Balance } from '../contract.ts';
import { AlloServerError } from '../errors.ts';
import type { BankAnswer, Device } from '../ledger/bank.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { customerToken, markDead, renewCustomerToken } from '../ledger/tokens.ts';
import type { TokenAnswer } from '../ledger/tokens.ts';
import type { LinkRow } from '../store/rows.ts';
import type { RouteContext, RouteRequest } from './context.ts';
import { identifyDevice } from './device.ts';
import { requireCustomer } from './merchant.ts';

export async function showBalance(routes: RouteContext, c: RouteRequest): Promise<Response> {
  const { ledger } = routes;
  const customer = await requireCustomer(routes.merchant, c.req.raw);
  c.set('limitedBy', { balancesPerCustomer: customer.id });
  const link = await ledger.store.latestLink(customer.id);
  if (link?.state === 'relink_required') throw new AlloServerError('RELINK_REQUIRED');
  if (link?.state !== 'active') throw new AlloServerError('NOT_LINKED');
  const { device } = identifyDevice(c.req.raw, c.env, routes.device);
  return c.json(await routes.balances.get(link.id, () => inquireBalance(ledger, link, device)));
}

async function inquireBalance(ledger: LedgerContext, link: LinkRow, device: Device): Promise<Balance> {
  ledger.limits.take({ balancesPerCustomer: link.customerId });
  const inquire = (token: string) => ledger.bank.balance(token, device);
  const token = tokenOf(await customerToken(ledger, link));
  let answer = await inquire(token);
  if (answer.outcome === 'token-refused') answer = await inquire(tokenOf(await renewCustomerToken(ledger, link, token)));
  if (answer.outcome === 'token-refused') await markDead(ledger, link, answer.evidence, 'refused');
  return { instruments: told(answer), asOf: new Date(ledger.now()).toISOString() };
}

function tokenOf(answer: TokenAnswer): string {
  if (answer.outcome === 'dead') throw new AlloServerError('RELINK_REQUIRED');
  if (answer.outcome === 'unavailable') throw new AlloServerError('BANK_UNAVAILABLE');
  return answer.token;
}

function told(answer: BankAnswer<Balance['instruments']>): Balance['instruments'] {
  if (answer.outcome === 'token-refused') throw new AlloServerError('RELINK_REQUIRED');
  if (answer.outcome !== 'done') throw new AlloServerError('BANK_UNAVAILABLE');
  return answer.value;
}

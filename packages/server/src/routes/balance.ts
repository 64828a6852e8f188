/**
 * `GET /balance`: what the linked account holds, by an inquiry at the bank or from a moment ago.
 *
 * @module
 */

import type { Balance } from '../contract.ts';
import { AlloServerError } from '../errors.ts';
import type { BankAnswer, Device } from '../ledger/bank.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { askWithToken, customerToken, markDead, renewCustomerToken } from '../ledger/tokens.ts';
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
  const giveBack = ledger.limits.take({ balancesPerCustomer: link.customerId });
  const { answer, isHeard } = await askForBalance(ledger, link, device);
  if (!isHeard) giveBack();
  if (answer.outcome === 'token-refused') await markDead(ledger, link, answer.evidence, 'refused');
  return { instruments: told(answer), asOf: new Date(ledger.now()).toISOString() };
}

/** `dead`, `unavailable`: there was no token to ask with. */
type BalanceAnswer = BankAnswer<Balance['instruments']> | { outcome: 'dead' | 'unavailable' };

/** Whatever the bank may have heard of it counts: the inquiry, and that a token was wanted for it. */
async function askForBalance(ledger: LedgerContext, link: LinkRow, device: Device): Promise<{ answer: BalanceAnswer; isHeard: boolean }> {
  const token = await customerToken(ledger, link);
  if (token.outcome !== 'token') return { answer: token, isHeard: token.outcome === 'dead' || token.isAsked };
  let isHeard = token.from !== 'ledger';
  const inquire = async (each: string): Promise<BankAnswer<Balance['instruments']>> => {
    const answer = await ledger.bank.balance(each, device);
    isHeard ||= answer.outcome !== 'not-sent';
    return answer;
  };
  const answer = await askWithToken(token.token, inquire, (refused) => renewCustomerToken(ledger, link, refused));
  return { answer, isHeard };
}

function told(answer: BalanceAnswer): Balance['instruments'] {
  if (answer.outcome !== 'done') throw noBalance(answer.outcome);
  return answer.value;
}

const noBalance = (outcome: BalanceAnswer['outcome']): AlloServerError =>
  new AlloServerError(outcome === 'dead' || outcome === 'token-refused' ? 'RELINK_REQUIRED' : 'BANK_UNAVAILABLE');

/**
 * Stands in for `routes/bank.ts`: the bank that retries under new numbers (M1), believes the first "not found"
 * (M2), takes a 5xx for a failure (M6), or keeps one token for everybody (M7).
 */
import { randomBytes } from 'node:crypto';
import type { Bank } from '../../../packages/server/src/ledger/bank.ts';
import * as product from '../../../packages/server/src/routes/bank.ts';
import { readMutant } from './active.ts';
import { sendFirst } from './intent-last.ts';

export const { chargeStatusOf, failureOf } = product;

export function createSnapBank(options: product.SnapBankOptions): Bank {
  const bank = product.createSnapBank(options);
  switch (readMutant()) {
    case 'M1': return retryAnew(bank);
    case 'M2': return believeNotFound(bank);
    case 'M6': return takeErrorsForFailures(bank);
    case 'M7': return shareToken(bank);
    case 'M10': return sendFirst(bank);
    default: return bank;
  }
}

const retryAnew = (bank: Bank): Bank => ({
  ...bank,
  async charge(token, order) {
    const answer = await bank.charge(token, order);
    return answer.outcome === 'unknown' ? bank.charge(token, { ...order, reference: randomBytes(16).toString('hex') }) : answer;
  },
});

const believeNotFound = (bank: Bank): Bank => ({
  ...bank,
  async chargeStatus(...asked) {
    const answer = await bank.chargeStatus(...asked);
    const isNotFound = answer.outcome === 'done' && answer.value.status === 'not-found';
    return isNotFound ? { ...answer, value: { status: 'failed' } } : answer;
  },
});

const takeErrorsForFailures = (bank: Bank): Bank => ({
  ...bank,
  async charge(...asked) {
    const answer = await bank.charge(...asked);
    const isServerError = answer.outcome === 'unknown' && /^answer: 5/.test(answer.evidence);
    return isServerError ? { outcome: 'refused', failure: 'BANK_UNAVAILABLE', evidence: answer.evidence } : answer;
  },
});

function shareToken(bank: Bank): Bank {
  let current: string | undefined;
  return {
    ...bank,
    charge(token, order) {
      current ??= token;
      return bank.charge(current, order);
    },
  };
}

/**
 * What servers heard of the bank, and whether they heeded it: whom the bank tells that the money of a payment is on its
 * way back must not call the refund over that it just refused, nor hand it to people; and people are called since the bank
 * denies a payment only if it did so after it had taken the money.
 */
import type { BookedStep, Books } from '../faults/books.ts';
import type { BankReply, BankRequest } from './bank.ts';
import type { Owner } from './scheduler.ts';

export interface HearsayViolation {
  rule: 'money on its way back is waited for' | 'people are called for a reason';
  detail: string;
}

export interface Hearsay {
  /** A server asks. What this returns is to be called with the answer, if the server gets one. */
  ask(server: Owner, operation: string, body: BankRequest['body']): (reply: BankReply) => void;
  /** A server calls people. */
  call(message: string, paymentId: unknown): void;
  /** @param denied References of payments that the bank denied after it had taken the money. */
  findViolations(books: Books, denied: ReadonlySet<string>): HearsayViolation[];
}

interface Refusal {
  payment: unknown;
  refund: string;
}

const denies = 'the bank denies a payment that it said was paid';

export function createHearsay(): Hearsay {
  /** What each server was refused last, until it asks how that payment stands. */
  const refusals = new Map<Owner, Refusal[]>();
  /** How many sendings of a refund were answered so that it has to wait. */
  const toWait = new Map<string, number>();
  const calls: { message: string; paymentId: unknown }[] = [];

  const wrongEnds = ({ refunds, steps }: Books): HearsayViolation[] => refunds.flatMap(({ id, reference }) => {
    const trail = steps.filter(({ table, rowId }) => table === 'refunds' && rowId === id);
    const count = (isCounted: (step: BookedStep) => boolean): number => trail.filter(isCounted).length;
    const sendings = count(({ from, to }) => from !== 'sending' && to === 'sending');
    const ended = count(({ from, to }) => from === 'sending' && (to === 'failed' || to === 'manual'));
    const isHeeded = ended <= sendings - (toWait.get(reference) ?? 0);
    return isHeeded ? [] : [{ rule: 'money on its way back is waited for', detail: `refund ${id} was refused while the bank gave the money back by itself, and is ${trail.at(-1)?.to}` }];
  });

  const vainCalls = ({ payments }: Books, denied: ReadonlySet<string>): HearsayViolation[] => calls.flatMap(({ message, paymentId }) => {
    const payment = payments.find(({ id }) => id === paymentId);
    const isVain = message.startsWith(denies) && payment !== undefined && !denied.has(payment.reference);
    return isVain ? [{ rule: 'people are called for a reason', detail: `the bank never denied ${payment.orderId}, and people were called since it did` }] : [];
  });

  return {
    ask(server, operation, body) {
      const payment = body['originalPartnerReferenceNo'];
      if (operation !== 'refund' && operation !== 'status') return () => undefined;
      const open = refusals.get(server) ?? [];
      const refused = open.find((refusal) => refusal.payment === payment);
      refusals.set(server, open.filter((refusal) => refusal !== refused));
      return (reply) => {
        if (operation === 'status' && refused !== undefined && isUnderWay(reply)) toWait.set(refused.refund, (toWait.get(refused.refund) ?? 0) + 1);
        if (operation === 'refund' && reply.responseCode.startsWith('403')) refusals.get(server)?.push({ payment, refund: String(body['partnerRefundNo']) });
      };
    },
    call: (message, paymentId) => void calls.push({ message, paymentId }),
    findViolations: (books, denied) => [...wrongEnds(books), ...vainCalls(books, denied)],
  };
}

function isUnderWay({ members }: BankReply): boolean {
  const { refundHistory = [] } = members as { refundHistory?: { refundStatus: string }[] };
  return refundHistory.some(({ refundStatus }) => refundStatus === '03');
}

/**
 * The way from a server to the bank and back: the `fetch` that the product is given. A server can die on it.
 */
import type { Chance } from '../faults/random.ts';
import { addressOf } from '../server/support/network.ts';
import type { Bank, BankReply, BankRequest } from './bank.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import type { BankFate, Weather } from './weather.ts';

export interface BankNetworkOptions {
  scheduler: Scheduler;
  chance: Chance;
  weather: Weather;
  bank: Bank;
  /** A server asks. What this returns is called once it has got an answer that it can read. */
  onAsked(server: Owner, operation: string, body: BankRequest['body']): (reply: BankReply) => void;
  /** Ends the server that is asking. */
  kill(server: Owner): void;
}

const secondMs = 1_000;

/** Later than any server waits, and early enough for the window in which the product still expects it. */
const latestSeconds = 600;

/** Answers that prove nothing, by the service code of what was asked. */
const doubtfulCodes = ['504--00', '500--01', '409--00', '429--00', '500--00'] as const;

/** Executed by nobody, before anything else is looked at. */
const tokenRefused = '401--01';

const serviceCodes: Readonly<Record<string, string>> = {
  b2b: '73', b2b2c: '74', 'registration-account-binding': '07', 'balance-inquiry': '11', 'payment-host-to-host': '54', status: '55', refund: '58',
  'registration-account-unbinding': '09',
};

export function createBankNetwork({ scheduler, chance, weather, bank, onAsked, kill }: BankNetworkOptions): typeof fetch {
  const pace = chance.fork('pace');
  const travelMs = (): number => chance.between(1, 1_500);

  /** How much longer an answer takes, so that later news overtakes it. The server waits for it still. */
  const delayMs = (): number => (pace.happens(0.3 * weather.severity) ? pace.between(2, 6) * secondMs : 0);

  return (input, init) => {
    const server = scheduler.current();
    const operation = addressOf(input).split('/').at(-1) ?? '';
    const request = readRequest(init);
    const fate = weather.bankFate();
    const hear = onAsked(server, operation, request.body);
    scheduler.note(`asks ${operation} ${fate} ${JSON.stringify(request.body)}`);
    return new Promise((resolve, reject) => {
      const arrive = (label: string, run: () => void, laterMs = 0): void => void scheduler.after(travelMs() + laterMs, server, label, run);
      const execute = (afterMs: number, onDone: (reply: BankReply) => void): void =>
        void scheduler.after(afterMs, bank.owner, `does ${operation}`, () => onDone(bank.answer(operation, request)));
      const answer = (reply: BankReply): void => arrive(`hears ${reply.responseCode}`, () => {
        hear(reply);
        resolve(toResponse(reply));
      }, delayMs());
      const fail = (error: Error): void => arrive(`hears ${error.message}`, () => reject(error));
      const coded = (code: string): BankReply => ({ responseCode: code.replace('--', serviceCodes[operation] ?? '00'), members: {} });
      const doubtful = (): void => answer(coded(chance.pick(doubtfulCodes)));
      const nothing = (): void => undefined;

      const fates: Record<BankFate, () => void> = {
        answered: () => execute(travelMs(), answer),
        'not-sent': () => fail(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })),
        lost: nothing,
        'answer-lost': () => execute(travelMs(), nothing),
        reset: () => fail(new Error('reset')),
        'answer-reset': () => execute(travelMs(), () => fail(new Error('reset'))),
        late: () => execute(chance.between(20, latestSeconds) * secondMs, nothing),
        twice: () => {
          execute(travelMs(), answer);
          execute(travelMs() + chance.between(0, 30) * secondMs, nothing);
        },
        doubtful,
        'answer-doubtful': () => execute(travelMs(), doubtful),
        garbled: () => execute(travelMs(), () => arrive('hears noise', () => resolve(toResponse('{"responseCode":"2005400","resp')))),
        'token-refused': () => answer(coded(operation === 'b2b' || operation === 'b2b2c' ? '504--00' : tokenRefused)),
      };
      const serverFate = weather.serverFate();
      if (serverFate !== 'dies-before') fates[fate]();
      if (serverFate !== 'lives') kill(server);
    });
  };
}

function readRequest(init: RequestInit | undefined): BankRequest {
  const headers = (init?.headers ?? {}) as Record<string, string>;
  const header = (name: string): string => Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
  return {
    body: JSON.parse(Buffer.from(init?.body as Uint8Array).toString()) as BankRequest['body'],
    customerToken: header('authorization-customer').replace('Bearer ', ''),
    externalId: header('x-external-id'),
  };
}

/** Only what the product reads of a response: a real one costs more than everything else together. */
function toResponse(reply: BankReply | string): Response {
  const text = typeof reply === 'string' ? reply : JSON.stringify({ responseCode: reply.responseCode, responseMessage: 'Simulated', ...reply.members });
  const chunks: Uint8Array[] = [Buffer.from(text)];
  return {
    status: typeof reply === 'string' ? 200 : Number(reply.responseCode.slice(0, 3)),
    headers: { get: () => 'application/json' },
    body: { getReader: () => ({ read: () => Promise.resolve({ done: chunks.length === 0, value: chunks.shift() }) }) },
  } as unknown as Response;
}

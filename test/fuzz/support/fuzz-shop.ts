/**
 * A shop to throw requests at: the product over the simulator, several customers in several conditions, and tables of
 * what exists, for the placeholders of the requests. One clock, moved by the moves alone.
 */
import { createHash, createHmac, createSign, randomUUID } from 'node:crypto';
import type { AlloOptions } from '../../../packages/server/src/allo.ts';
import type { Payment } from '../../../packages/server/src/contract.ts';
import { clientId, dokuKeys, secretKey } from '../../server/support/credentials.ts';
import { jakartaTime } from '../../server/support/doku.ts';
import { createWorld, linkAccount, phoneOf } from '../../server/support/world.ts';
import type { World } from '../../server/support/world.ts';
import { canary, secretsIn } from './canaries.ts';
import type { FuzzBody, FuzzRequest } from './requests.ts';

/** What the rest of the world does between two requests. */
export const moves = ['link', 'approve', 'cancel', 'wait', 'wait long', 'unlink in app', 'refund', 'bank away', 'bank back', 'trouble'] as const;
export type Move = (typeof moves)[number];

/** Moves that make the bank fail; everything else happens on a calm day too. */
export const storms: readonly Move[] = ['bank away', 'bank back', 'trouble'];

export interface Sent {
  /** As it reached the product. */
  request: Request;
  response: Response;
  text: string;
  as: string;
}

export interface FuzzShop {
  world: World;
  /** Sends it; undefined if the platform itself refuses to make such a request. */
  send(request: FuzzRequest): Promise<Sent | undefined>;
  /** @param dice 0 (inclusive) to 1 (exclusive): which of several. */
  move(move: Move, dice: number): Promise<void>;
  /** Secrets seen in the log, and lines that are more than one line. */
  leaks: string[];
  ownerOf(paymentId: string): string | undefined;
  close(): Promise<void>;
}

/** What the merchant knows of its customers; `dewi` has given a number that no account can have. */
const known: Readonly<Record<string, { phone?: string; name?: string; email?: string }>> = {
  budi: {}, siti: { name: 'Siti 😀 <b>', email: 'siti@shop.example' }, ayu: {}, wati: { phone: phoneOf('wati') }, dewi: { phone: '+1 202 555 0100' },
};

const amounts = ['125000.00', '1.00', '999999999.99', '2500001.00'] as const;

/** Payments whose refund people have to do: few, and asked about at random they would hardly be met. */
function manualRefunds(world: World): string[] {
  return world.ledger().refunds.filter(({ state }) => state === 'manual').map(({ payment_id }) => payment_id);
}

/** What the order costs; some cost more than a moment ago. */
function priceOf(number: number, nowMs: number): string | undefined {
  const drift = number % 13 === 5 ? Math.floor(nowMs / 60_000) : 0;
  return amounts[(number + drift) % amounts.length];
}

export async function createFuzzShop(limits: AlloOptions['limits'] = 'off'): Promise<FuzzShop> {
  const leaks: string[] = [];
  const write = (level: string) => (message: string, fields?: Record<string, unknown>): void => {
    leaks.push(...secretsIn(JSON.stringify({ level, message, fields })));
  };
  const world = await createWorld({
    simulator: { openingBalance: { BALANCE: 100_000_000_000 } },
    allo: {
      limits,
      log: { info: write('info'), warn: write('warn'), error: write('error') },
      customer: (request) => {
        const id = /(?:^|; )shop-customer=(\w+)(?:;|$)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? '';
        return Object.hasOwn(known, id) ? { id, ...known[id] } : null;
      },
      order: (orderId, { id }) => {
        const [, number = '-1'] = new RegExp(`^${id}-order-(\\d{1,3})$`).exec(orderId) ?? [];
        const amount = priceOf(Number(number), world.simulator.now());
        return amount === undefined ? null : { orderId, amount: { value: amount, currency: 'IDR' }, lines: [{ name: `Kopi ☕ "${canary.length}"`, price: { value: amount, currency: 'IDR' }, quantity: 1 }] };
      },
      authorizeRefund: (request) => (request.headers.get('cookie') ?? '').includes('shop-customer=office'),
    },
  });
  for (const customerId of ['budi', 'siti', 'wati']) await linkAccount(world, world.shopper(customerId));
  world.simulator.unlinkInApp('wati');

  const payments = new Map<string, { owner: string; pageUrl?: string }>();
  const pages: string[] = [];
  const states: string[] = ['unknown-state', ''];
  const links: string[] = [];
  let fresh = 0;

  const note = (as: string, answer: string): void => {
    const { paymentId, action, url } = parse(answer) as Partial<Payment> & { url?: string };
    if (paymentId !== undefined && !payments.has(paymentId)) payments.set(paymentId, { owner: as });
    const page = action?.url ?? url;
    if (page !== undefined && !pages.includes(page)) pages.push(page);
    if (pages.length > 60) pages.shift();
  };

  const fill = (text: string, as: string): string => text.replace(/\{\{(other )?(\w+)(?: (\d+))?\}\}/g, (whole, other: string | undefined, kind: string, digits = '0') => {
    const index = Number(digits);
    const isTheirs = other !== undefined;
    const pick = (from: readonly string[]): string => from[index % Math.max(from.length, 1)] ?? randomUUID();
    const whose = isTheirs ? (as === 'budi' ? 'siti' : 'budi') : as;
    if (kind === 'order') return `${whose}-order-${index}`;
    const manual = text.endsWith('/refund/transferred') ? manualRefunds(world) : [];
    if (kind === 'payment' && as === 'office' && manual.length > 0) return pick(manual);
    if (kind === 'payment') return pick([...payments].filter(([, { owner }]) => as === 'office' || (owner === as) !== isTheirs).map(([id]) => id));
    if (kind === 'reference') return pick(world.simulator.payments().map(({ partnerReferenceNo }) => partnerReferenceNo));
    if (kind === 'link') return pick(links);
    if (kind === 'state') return pick(states);
    if (kind === 'phone') return phoneOf(as);
    if (kind === 'origin') return world.url;
    return kind === 'fresh' ? `${(fresh += 1)}` : whole;
  });

  let token = { text: '', until: 0 };
  let signed = 0;
  /** DOKU's own way to a token, which is refused if it is used twice within one second. */
  async function dokuToken(): Promise<string> {
    if (token.until > world.simulator.now()) return token.text;
    const response = await world.allo.handler(new Request(`${world.url}/allo/doku/authorization/v1/access-token/b2b`, { method: 'POST', headers: signToken(), body: '{"grantType":"client_credentials"}' }));
    const { accessToken = '' } = (await response.json()) as { accessToken?: string };
    token = { text: accessToken, until: world.simulator.now() + 600_000 };
    return accessToken;
  }

  function signToken(): Record<string, string> {
    signed = (signed + 1) % 290;
    const timestamp = jakartaTime(world.simulator.now() - signed * 1000);
    const signature = createSign('RSA-SHA256').update(`${clientId}|${timestamp}`).sign(dokuKeys.privateKey, 'base64');
    return { 'content-type': 'application/json', 'x-client-key': clientId, 'x-timestamp': timestamp, 'x-signature': signature };
  }

  async function signNotification(kind: 'payment' | 'binding', body: Buffer): Promise<Record<string, string>> {
    const accessToken = await dokuToken();
    const timestamp = jakartaTime(world.simulator.now());
    const hash = createHash('sha256').update(body).digest('hex');
    const signature = createHmac('sha512', secretKey).update(`POST:/allo/doku/notifications/${kind}:${accessToken}:${hash}:${timestamp}`).digest('base64');
    return { 'content-type': 'application/json', authorization: `Bearer ${accessToken}`, 'x-timestamp': timestamp, 'x-signature': signature, 'x-partner-id': clientId, 'x-external-id': '1'.repeat(20) };
  }

  async function headersOf({ as, headers, signed: kind }: FuzzRequest, body: Buffer): Promise<Headers> {
    const made = new Headers(kind === undefined ? {} : kind === 'token' ? signToken() : await signNotification(kind, body));
    if (as !== 'nobody') made.set('cookie', `other=${canary}; shop-customer=${as}`);
    const given = headers.map(([name, value]): [string, string] => [name, fill(value, as)]);
    for (const name of new Set(given.map(([one]) => one))) made.delete(name);
    for (const [name, value] of given) made.append(name, value);
    return made;
  }

  async function make(request: FuzzRequest): Promise<Request | undefined> {
    const bytes = bytesOf(request.body, (text) => fill(text, request.as));
    try {
      const headers = await headersOf(request, bytes);
      const withBody = request.body !== undefined && !/^(GET|HEAD)$/i.test(request.method);
      const init = { method: request.method, headers, ...(withBody && { body: request.body?.kind === 'stream' ? streamOf(request.body) : new Uint8Array(bytes), duplex: 'half' }) };
      return new Request(`${world.url}/allo${fill(request.path, request.as)}`, init);
    } catch (error) {
      // No client can send this: the platform has no such header, method or address.
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }

  const at = (list: readonly string[], dice: number): string | undefined => list[Math.floor(dice * list.length)];

  const follow = async (dice: number, act: (page: string) => Promise<string>): Promise<void> => {
    const page = at(pages, dice);
    if (page === undefined) return;
    states.push(new URL(await act(page)).searchParams.get('state') ?? '');
    await world.simulator.settled();
  };

  /** Whoever pays here has an account again. */
  async function relink(customerId: string): Promise<void> {
    const shopper = world.shopper(customerId);
    const { status, body } = await shopper.link();
    const { external_id: externalId } = (world.ledger().links as { external_id?: string | null }[]).at(-1) ?? {};
    if (externalId !== undefined && externalId !== null) links.push(externalId);
    if (status === 201) await shopper.comeBack(await world.simulator.approve(body.url));
    await world.simulator.settled();
  }

  const acts: Record<Move, (dice: number) => Promise<unknown>> = {
    link: (dice) => relink(at(['budi', 'siti', 'ayu'], dice) ?? 'ayu'),
    approve: (dice) => follow(dice, world.simulator.approve),
    cancel: (dice) => follow(dice, world.simulator.cancel),
    wait: (dice) => world.pass(Math.ceil(dice * 90_000)),
    'wait long': (dice) => world.pass(Math.ceil(dice * 1_200_000)),
    'unlink in app': async () => world.simulator.unlinkInApp('ayu'),
    refund: async (dice) => {
      const id = at([...payments.keys()], dice);
      if (id !== undefined) await world.allo.refund(id).catch(() => undefined);
    },
    'bank away': async () => world.simulator.faults.set({ down: 'drop' }),
    'bank back': async () => world.simulator.faults.set({ down: 'no' }),
    trouble: async (dice) => world.simulator.faults.add({
      on: 'any', times: 1, effect: (['drop-after-commit', 'error-before-commit', 'garbled-after-commit', 'customer-token-invalid', 'b2b-token-invalid'] as const)[Math.floor(dice * 5)] ?? 'unlink',
    }),
  };

  return {
    world,
    leaks,
    async send(request) {
      const made = await make(request);
      if (made === undefined) return undefined;
      const response = await world.allo.handler(made, { ip: '203.0.113.7' });
      const text = await response.text();
      if (response.status < 300) note(request.as, text);
      return { request: made, response, text, as: request.as };
    },
    async move(move, dice) {
      await acts[move](dice);
    },
    ownerOf: (paymentId) => payments.get(paymentId)?.owner,
    async close() {
      world.simulator.faults.clear();
      await world.close();
    },
  };
}

function parse(text: string): object {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    return {};
  }
}

function bytesOf(body: FuzzBody | undefined, fill: (text: string) => string): Buffer {
  if (body === undefined || body.kind === 'stream') return Buffer.alloc(0);
  if (body.kind === 'bytes') return Buffer.from(body.base64, 'base64');
  return Buffer.from(body.kind === 'repeated' ? body.text.repeat(body.times) : fill(body.text));
}

function streamOf({ chunk, chunks, breaks }: Extract<FuzzBody, { kind: 'stream' }>): ReadableStream<Uint8Array> {
  let left = chunks;
  return new ReadableStream({
    pull(controller) {
      if (left > 0) controller.enqueue(new TextEncoder().encode(chunk));
      else if (breaks) controller.error(new Error('the connection broke'));
      else controller.close();
      left -= 1;
    },
  });
}

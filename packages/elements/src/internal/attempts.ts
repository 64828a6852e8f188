import { keep, recall } from './keep.ts';

/** One attempt to pay: its idempotency key, and the order's payment (already final) that the shopper saw before. */
interface Attempt {
  key: string;
  after?: string;
}

/**
 * The key to pay an order with: the attempt's own if it is still open, else a new one. It is kept in the browser under
 * `name`, so that ten clicks, two tabs and a reload remain one attempt. A key may be lost (private mode, cleared data):
 * the backend then still lets only one payment of an order live. `after` is the order's latest payment, if any. Two tabs
 * must not both find nothing and both make a key: hence the lock, where there is one.
 */
export async function openAttempt(name: string, after: string | undefined): Promise<string> {
  const open = (): string => {
    const attempt = read(name);
    if (attempt && attempt.after === after) return attempt.key;
    const key = newKey();
    keep(name, JSON.stringify({ key, after }));
    return key;
  };
  return (await (navigator as Partial<Navigator>).locks?.request(name, open).catch(() => undefined)) ?? open();
}

/** Forgets the attempt that a payment, which is final, has ended. True if there was one. */
export function closeAttempt(name: string, paymentId: string): boolean {
  const attempt = read(name);
  // A payment that the shopper already knew when the attempt began is not this attempt's.
  const ended = attempt !== undefined && attempt.after !== paymentId;
  if (ended) keep(name);
  return ended;
}

/** A new idempotency key: a random UUID, or as many random digits where that is missing (plain http in a local network). */
export function newKey(): string {
  return (crypto as Partial<Crypto>).randomUUID?.() ?? crypto.getRandomValues(new Uint32Array(4)).join('-');
}

function read(name: string): Attempt | undefined {
  try {
    return JSON.parse(recall(name) ?? '') as Attempt;
  } catch {
    return undefined; // nothing there, not ours, or damaged
  }
}

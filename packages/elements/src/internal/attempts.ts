import type { Payment } from '../contract.ts';

/** One attempt to pay: its idempotency key, and the order's payment (already final) that the shopper saw before. */
interface Attempt {
  key: string;
  after: string | undefined;
}

/**
 * The idempotency keys of the payments under way, in `localStorage`, so that ten clicks, two tabs and a reload
 * remain one attempt. A key may be lost (private mode, cleared data): the backend then still lets only one
 * payment of an order live.
 */
export interface Attempts {
  /** The key to pay the order with: the attempt's own if it is still open, else a new one. `after` is the order's latest payment, if any. */
  open(orderId: string, after: string | undefined): Promise<string>;
  /** Forgets the attempt that `payment`, which is final, has ended. True if there was one. */
  close(payment: Payment): boolean;
  /** Forgets the attempt whatever it was; for a key that the backend does not take. */
  drop(orderId: string): void;
}

export function createAttempts(scope: string): Attempts {
  const nameOf = (orderId: string): string => `allo-kit:attempt:${scope}:${orderId}`;
  return {
    open: (orderId, after) =>
      alone(nameOf(orderId), () => {
        const open = read(nameOf(orderId));
        if (open && open.after === after) return open.key;
        const key = newKey();
        write(nameOf(orderId), JSON.stringify({ key, after }));
        return key;
      }),
    close: ({ orderId, paymentId }) => {
      const open = read(nameOf(orderId));
      // A payment that the shopper already knew when the attempt began is not this attempt's.
      if (!open || open.after === paymentId) return false;
      write(nameOf(orderId), undefined);
      return true;
    },
    drop: (orderId) => write(nameOf(orderId), undefined),
  };
}

/** A new idempotency key: a random UUID, or as many random digits where that is missing (plain http in a local network). */
export function newKey(): string {
  if (isSecureContext) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Two tabs must not both find nothing and both make a key. Locks are there on https and localhost. */
function alone<T>(name: string, run: () => T): Promise<T> {
  const locks = (navigator as Partial<Navigator>).locks;
  return locks ? locks.request(name, run) : Promise.resolve(run());
}

/** Stands in where the browser refuses storage: one page, one attempt. */
const memory = new Map<string, string>();

function read(name: string): Attempt | undefined {
  let text = memory.get(name);
  try {
    text ??= localStorage.getItem(name) ?? undefined;
  } catch {
    // Storage is refused here.
  }
  if (!text) return undefined;
  try {
    return JSON.parse(text) as Attempt;
  } catch {
    return undefined; // not ours, or damaged
  }
}

function write(name: string, text: string | undefined): void {
  memory.delete(name);
  try {
    if (text === undefined) localStorage.removeItem(name);
    else localStorage.setItem(name, text);
  } catch {
    if (text !== undefined) memory.set(name, text);
  }
}

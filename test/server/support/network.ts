/**
 * The way from one life of the product to DOKU, with the two places at which a process can die on it: before
 * the first byte leaves, and after the answer has come but before anything is done with it.
 */

export interface Network {
  fetch: typeof fetch;
  /** The next call whose address matches never goes on; resolves when it is there. */
  stopAt(address: RegExp, when: 'before-sending' | 'after-answer'): Promise<void>;
  /** From now on nothing comes back any more: the process is gone. */
  die(): void;
  /** Throws once the process is gone; in its clock, it keeps what is left of it in this one from doing anything. */
  assertAlive(): void;
}

export function addressOf(input: Parameters<typeof fetch>[0]): string {
  return input instanceof Request ? input.url : input.toString();
}

interface Stop {
  address: RegExp;
  when: 'before-sending' | 'after-answer';
  reached: () => void;
}

export function createNetwork(): Network {
  const stops: Stop[] = [];
  // Rejects with the death, so that no timer of a dead process is waited for.
  const death = Promise.withResolvers<never>();
  death.promise.catch(() => undefined);
  let isOver = false;
  const isDead = (): boolean => isOver;

  const take = (url: string): Stop | undefined => {
    const index = stops.findIndex(({ address }) => address.test(url));
    return index < 0 ? undefined : stops.splice(index, 1)[0];
  };

  return {
    async fetch(input, init) {
      const stop = take(addressOf(input));
      if (isDead() || stop?.when === 'before-sending') {
        stop?.reached();
        return death.promise;
      }
      const response = await fetch(input, init);
      if (!isDead() && stop === undefined) return response;
      await response.arrayBuffer();
      stop?.reached();
      return death.promise;
    },
    stopAt: (address, when) => new Promise((resolve) => stops.push({ address, when, reached: resolve })),
    die() {
      isOver = true;
      death.reject(new Error('this process is gone'));
    },
    assertAlive() {
      if (isDead()) throw new Error('this process is gone');
    },
  };
}

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
  let isOver = false;
  const isDead = (): boolean => isOver;
  const never = (): Promise<never> => new Promise(() => undefined);

  const take = (url: string): Stop | undefined => {
    const index = stops.findIndex(({ address }) => address.test(url));
    return index < 0 ? undefined : stops.splice(index, 1)[0];
  };

  return {
    async fetch(input, init) {
      const stop = take(addressOf(input));
      if (isDead() || stop?.when === 'before-sending') {
        stop?.reached();
        return never();
      }
      const response = await fetch(input, init);
      if (!isDead() && stop === undefined) return response;
      await response.arrayBuffer();
      stop?.reached();
      return never();
    },
    stopAt: (address, when) => new Promise((resolve) => stops.push({ address, when, reached: resolve })),
    die: () => void (isOver = true),
  };
}

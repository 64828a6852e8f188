/**
 * The way from browsers, and from the bank, to whichever server is up. Answers get lost, requests arrive twice.
 */
import type { Chance } from '../faults/random.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import type { Server, Servers } from './servers.ts';
import type { ShopFate, Weather } from './weather.ts';

export interface ShopNetworkOptions {
  scheduler: Scheduler;
  chance: Chance;
  weather: Weather;
  servers(): Servers | undefined;
}

/** How long anybody waits for an answer. */
const patienceMs = 40_000;

export function createShopNetwork({ scheduler, chance, weather, servers }: ShopNetworkOptions): typeof fetch {
  const travelMs = (): number => chance.between(1, 400);

  /** Gives the request to a server; it answers while it lives. */
  const deliver = (request: Request, onAnswer: (response: Response) => void, onRefused: () => void): void => {
    const server = servers()?.pick();
    if (server === undefined) return onRefused();
    scheduler.after(travelMs(), server.owner, `is asked ${request.method} ${request.url}`, () => void handle(server, request, onAnswer));
  };

  const handle = async ({ allo, owner }: Server, request: Request, onAnswer: (response: Response) => void): Promise<void> => {
    const response = await allo?.handler(request, { ip: '203.0.113.7' });
    if (response !== undefined && owner.isAlive) onAnswer(response);
  };

  return (input, init) => {
    const asker: Owner = scheduler.current();
    const fate = weather.shopFate();
    const request = new Request(input, init);
    const copy = fate === 'twice' ? request.clone() : undefined;
    return new Promise((resolve, reject) => {
      const timer = scheduler.after(patienceMs, asker, 'gives up', () => reject(new Error('no answer')));
      const hear = (response: Response): void => void scheduler.after(travelMs(), asker, `hears ${response.status}`, () => {
        timer.isCancelled = true;
        resolve(response);
      });
      const refuse = (): void => void scheduler.after(travelMs(), asker, 'is refused', () => reject(new Error('no connection')));
      const nothing = (): void => undefined;
      const fates: Record<ShopFate, () => void> = {
        answered: () => deliver(request, hear, refuse),
        'not-sent': refuse,
        lost: nothing,
        'answer-lost': () => deliver(request, nothing, nothing),
        twice: () => {
          deliver(request, hear, refuse);
          if (copy !== undefined) deliver(copy, nothing, nothing);
        },
      };
      fates[fate]();
    });
  };
}

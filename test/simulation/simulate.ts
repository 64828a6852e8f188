/**
 * One run: a day in the shop that follows from its seed alone, the sunny hours after it in which everything has to come
 * to its end, and what the checker says of it.
 */
import type { AlloEvent } from '../../packages/server/src/index.ts';
import { readBooks } from '../faults/books.ts';
import { findViolations } from '../faults/checker.ts';
import type { Violation } from '../faults/checker.ts';
import type { Evidence } from '../faults/evidence.ts';
import { createChance } from '../faults/random.ts';
import type { Chance } from '../faults/random.ts';
import { createBankNetwork } from './bank-network.ts';
import { createBank } from './bank.ts';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';
import { findLinkViolations } from './link-rules.ts';
import { createNewsDesk } from './news.ts';
import { createScheduler } from './scheduler.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import { createServers } from './servers.ts';
import type { Servers } from './servers.ts';
import { createShopNetwork } from './shop-network.ts';
import { sendShopping } from './shoppers.ts';
import { withVirtualGlobals } from './virtual-globals.ts';
import { createWeather } from './weather.ts';
import type { Weather } from './weather.ts';

export interface Outcome {
  seed: string;
  /** The same for the same seed, on any machine. */
  traceHash: string;
  violations: Violation[];
  tasks: number;
  deaths: number;
  debits: number;
  refunds: number;
}

const secondMs = 1_000;
const hourMs = 3_600_000;

/** Some Monday; each run begins at its own second. */
const epochMs = Date.UTC(2027, 0, 4);

/** More than any run needs that comes to an end. */
const mostTasks = 60_000;
const drainMs = 80 * hourMs;

/** Tasks between two looks at whether everything has come to its end. */
const looksEvery = 8;

export function simulate(seed: string, onTrace?: (line: string) => void): Promise<Outcome> {
  const chance = createChance(seed);
  const scheduler = createScheduler(chance.fork('order'), epochMs + chance.between(0, 86_399) * secondMs, onTrace);
  const weather = createWeather(chance.fork('weather'), chance.next());
  const lateBound: { servers?: Servers } = {};
  const kill = (server: Owner): void => lateBound.servers?.kill(server);
  const servers = (): Servers => {
    if (lateBound.servers === undefined) throw new Error('there is no server yet');
    return lateBound.servers;
  };
  const shopNetwork = createShopNetwork({ scheduler, chance: chance.fork('shop network'), weather, servers });
  const globals = { scheduler, chance: chance.fork('globals'), fetch: shopNetwork };

  return withVirtualGlobals(globals, async () => {
    const customers = chance.between(1, 3);
    const evidence: Omit<Evidence, 'books'> = { customers, orders: chance.between(customers, 4), journal: [], notifications: [], told: [], pointsShown: [], oddAnswers: [], events: [], forged: [] };
    const news = createNewsDesk({ scheduler, chance: chance.fork('news'), weather, fetch: shopNetwork });
    const bank = createBank({ scheduler, chance: chance.fork('bank'), trouble: () => weather.severity, onNews: (said) => news.tell(said) });
    const database = openDatabase({ scheduler, chance: chance.fork('database'), weather, kill });
    const bankNetwork = createBankNetwork({ scheduler, chance: chance.fork('bank network'), weather, bank, kill });
    const events: AlloEvent[] = evidence.events;
    lateBound.servers = createServers({
      scheduler, chance: chance.fork('servers'), weather, database, count: chance.between(1, 2), customers, fetch: bankNetwork, events,
    });
    troubleMaker({ scheduler, chance: chance.fork('trouble'), weather, database, servers: servers() });
    const shopping = sendShopping({ scheduler, chance: chance.fork('shoppers'), weather, bank, customers, orders: evidence.orders, evidence });

    await scheduler.run(() => shopping() === 0, mostTasks);
    weather.severity = 0;
    servers().lookEveryMs = hourMs;
    const endsAt = scheduler.now() + drainMs;
    await scheduler.run(() => scheduler.now() > endsAt || (news.waiting() === 0 && scheduler.tasks() % looksEvery === 0 && isQuiet(database)), mostTasks);

    const books = await readBooks((text) => Promise.resolve(database.peek(text)));
    const whole: Evidence = { ...evidence, books, journal: bank.journal, oddAnswers: [...evidence.oddAnswers, ...bank.crossings], notifications: news.entries, forged: news.forged, takenLate: bank.changedItsMind };
    const count = (kind: 'debit' | 'refund'): number => bank.journal.filter((entry) => entry.kind === kind).length;
    return {
      seed, traceHash: scheduler.traceHash(), tasks: scheduler.tasks(), deaths: servers().deaths(), debits: count('debit'), refunds: count('refund'),
      violations: [...findViolations(whole), ...findLinkViolations(books)],
    };
  });
}

const openSql = `SELECT 1 FROM payments WHERE next_at IS NOT NULL UNION ALL SELECT 1 FROM refunds WHERE next_at IS NOT NULL
  UNION ALL SELECT 1 FROM links WHERE next_at IS NOT NULL UNION ALL SELECT 1 FROM events WHERE delivered_at IS NULL LIMIT 1`;
const isQuiet = (database: Database): boolean => database.peek(openSql).length === 0;

interface Troubled {
  scheduler: Scheduler;
  chance: Chance;
  weather: Weather;
  database: Database;
  servers: Servers;
}

/** Now and then: a database that is away, a server that is closed, a clock that is set. */
function troubleMaker({ scheduler, chance, weather, database, servers }: Troubled): void {
  const owner: Owner = { name: 'trouble', isAlive: true };
  const next = (): void => void scheduler.after(chance.between(10, 180) * secondMs, owner, 'makes trouble', () => {
    if (weather.severity === 0) return;
    const deed = chance.weighted({ away: 1, close: 1, clock: 2, nothing: 3 });
    if (deed === 'away') database.awayUntil(scheduler.now() + chance.between(1, 30) * secondMs);
    if (deed === 'close') servers.close();
    if (deed === 'clock') servers.stepClock();
    next();
  });
  next();
}

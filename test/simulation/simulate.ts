/**
 * One run: a day in the shop that follows from its seed alone, the sunny hours after it in which everything has to come
 * to its end, and what the checker says of it. It judges at the end, and yet every step: the bank's journal, what was told
 * and the ledger's trail only ever grow, and each entry has its instant.
 */
import type { AlloEvent } from '../../packages/server/src/index.ts';
import { readBooks } from '../faults/books.ts';
import { findViolations } from '../faults/checker.ts';
import type { Violation } from '../faults/checker.ts';
import type { Evidence } from '../faults/evidence.ts';
import { createChance } from '../faults/random.ts';
import type { Chance } from '../faults/random.ts';
import { openSql } from '../server/support/ends.ts';
import { createBankNetwork } from './bank-network.ts';
import { createBank } from './bank.ts';
import type { Bank } from './bank.ts';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';
import { createHearsay } from './hearsay.ts';
import type { Hearsay, HearsayViolation } from './hearsay.ts';
import { findLinkViolations } from './link-rules.ts';
import type { LinkViolation } from './link-rules.ts';
import { createNewsDesk } from './news.ts';
import type { NewsDesk } from './news.ts';
import { createOffice } from './office.ts';
import type { Office } from './office.ts';
import { findOrderViolations, paymentStepsSql } from './order-rules.ts';
import type { OrderViolation } from './order-rules.ts';
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
  violations: (Violation | LinkViolation | OrderViolation | HearsayViolation)[];
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
const mostDrainMs = 80 * hourMs;

/** What the bank, or the network, does late comes within this. */
const leastDrainMs = hourMs / 3;

/** Tasks between two looks at whether everything has come to its end. */
const looksEvery = 8;

export function simulate(seed: string, onTrace?: (line: string) => void): Promise<Outcome> {
  const chance = createChance(seed);
  const scheduler = createScheduler(chance.fork('order'), epochMs + chance.between(0, 86_399) * secondMs, onTrace);
  const weather = createWeather(chance.fork('weather'), chance.next());
  const lateBound: { servers?: Servers } = {};
  const shopNetwork = createShopNetwork({ scheduler, chance: chance.fork('shop network'), weather, servers: () => lateBound.servers });
  return withVirtualGlobals({ scheduler, chance: chance.fork('globals'), fetch: shopNetwork }, () => watchingRejections(async (unhandled) => {
    const stage = setUp({ scheduler, chance, weather, fetch: shopNetwork, kill: (server) => lateBound.servers?.kill(server) });
    lateBound.servers = stage.servers;
    await live(stage);
    stage.evidence.oddAnswers.push(...unhandled);
    return { seed, ...(await judge(stage)) };
  }));
}

interface Foundations {
  scheduler: Scheduler;
  chance: Chance;
  weather: Weather;
  fetch: typeof fetch;
  kill(server: Owner): void;
}

interface Stage {
  scheduler: Scheduler;
  weather: Weather;
  news: NewsDesk;
  bank: Bank;
  database: Database;
  servers: Servers;
  office: Office;
  hearsay: Hearsay;
  /** How many shoppers are in the shop. */
  shopping(): number;
  evidence: Pick<Evidence, 'customers' | 'orders' | 'told' | 'pointsShown' | 'oddAnswers' | 'events'>;
}

function setUp({ scheduler, chance, weather, fetch, kill }: Foundations): Stage {
  const forked = (name: string): { scheduler: Scheduler; weather: Weather; chance: Chance } => ({ scheduler, weather, chance: chance.fork(name) });
  const customers = chance.between(1, 3);
  const evidence: Stage['evidence'] = { customers, orders: chance.between(customers, 4), told: [], pointsShown: [], oddAnswers: [], events: [] };
  const news = createNewsDesk({ ...forked('news'), fetch });
  const bank = createBank({ ...forked('bank'), onNews: (said) => news.tell(said) });
  const database = openDatabase({ ...forked('database'), kill });
  const hearsay = createHearsay();
  const bankNetwork = createBankNetwork({ ...forked('bank network'), bank, onAsked: hearsay.ask, kill });
  const office = createOffice({ ...forked('office'), bank, evidence });
  const onEvent = (event: AlloEvent): void => {
    evidence.events.push(event);
    office.hear(event);
  };
  const servers = createServers({ ...forked('servers'), database, count: chance.between(1, 2), customers, fetch: bankNetwork, onEvent, onCall: hearsay.call });
  makeTrouble({ ...forked('trouble'), database, servers });
  const shopping = sendShopping({ ...forked('shoppers'), bank, customers, orders: evidence.orders, evidence });
  return { scheduler, weather, news, bank, database, servers, office, hearsay, shopping, evidence };
}

/** The day, and the sunny hours after it. */
async function live({ scheduler, weather, news, database, servers, office, shopping, evidence }: Stage): Promise<void> {
  const haveLeft = await scheduler.run(() => shopping() === 0, mostTasks);
  if (!haveLeft) evidence.oddAnswers.push('a shopper never came to an end');
  weather.severity = 0;
  servers.lookEveryMs = hourMs;
  const leftAt = scheduler.now();
  const isOver = (): boolean => {
    const tookMs = scheduler.now() - leftAt;
    const mayBe = tookMs > leastDrainMs && news.waiting() + office.waiting() === 0 && scheduler.tasks() % looksEvery === 0;
    return tookMs > mostDrainMs || (mayBe && database.peek(`${openSql} LIMIT 1`).length === 0);
  };
  await scheduler.run(isOver, mostTasks);
}

async function judge({ scheduler, news, bank, database, servers, hearsay, evidence }: Stage): Promise<Omit<Outcome, 'seed'>> {
  const { journal, changedItsMind: takenLate, givenBackElsewhere } = bank;
  const books = await readBooks((text) => Promise.resolve(database.peek(text)));
  const states = new Map(database.peek('SELECT external_id, state FROM links').map((row) => [String(row['external_id']), String(row['state'])]));
  const count = (kind: 'debit' | 'refund'): number => journal.filter((entry) => entry.kind === kind).length;
  evidence.oddAnswers.push(...bank.crossings);
  return {
    traceHash: scheduler.traceHash(), tasks: scheduler.tasks(), deaths: servers.deaths(), debits: count('debit'), refunds: count('refund'),
    violations: [
      ...findViolations({ ...evidence, books, journal, takenLate, givenBackElsewhere, notifications: news.entries, forged: news.forged }),
      ...findLinkViolations({ standing: bank.standingLinks(), states }),
      ...findOrderViolations(database.peek(paymentStepsSql)),
      ...hearsay.findViolations(books, bank.denied),
    ],
  };
}

/** Node would end a server for each of them. */
async function watchingRejections<Result>(work: (unhandled: readonly string[]) => Promise<Result>): Promise<Result> {
  const unhandled: string[] = [];
  const note = (reason: unknown): void => void unhandled.push(`nobody handled ${String(reason)}`);
  process.on('unhandledRejection', note);
  try {
    return await work(unhandled);
  } finally {
    process.off('unhandledRejection', note);
  }
}

interface Troubled {
  scheduler: Scheduler;
  chance: Chance;
  weather: Weather;
  database: Database;
  servers: Servers;
}

/** Now and then: a database that is away, a server that is closed, a clock that is set. */
function makeTrouble({ scheduler, chance, weather, database, servers }: Troubled): void {
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

/**
 * Something is away for a while, in the middle of a busy shop. What is heard of the servers meanwhile, and how soon
 * they pay again.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { openShop, runLab } from '../faults/lab.ts';
import type { LabRun } from '../faults/lab.ts';
import { customerName, labOrder } from '../faults/shop.ts';
import type { LabOptions, Stage } from '../faults/stage.ts';
import { fairWeather } from '../faults/weather.ts';
import { speed } from '../faults/clock.ts';
import { createShopper } from '../server/support/shopper.ts';

export interface Outage {
  begin(stage: Stage): Promise<void>;
  end(stage: Stage): Promise<void>;
}

export interface OutageRun extends LabRun {
  /** Answers of the servers while it lasted. */
  heard: Heard[];
  /** From its end to the first payment that is begun, in milliseconds. */
  recoveredAfterMs: number;
}

export interface Heard {
  status: number;
  retryAfterSeconds: number | undefined;
}

/** DOKU's gate counts in the lab's time, which is faster: a second of the servers is to be one of ours. */
const bankLimits = { probeEveryMs: speed * 1_000 };
const orders = 48;

export interface OutagePlan {
  /** How long it lasts at least, in milliseconds. */
  lengthMs: number;
  /** Whether it lasts until somebody was told of it. */
  untilTold: boolean;
  options?: Partial<LabOptions>;
}

export async function runOutage(outage: Outage, { lengthMs, untilTold, options = {} }: OutagePlan): Promise<OutageRun> {
  const heard: Heard[] = [];
  let isOut = false;
  let recoveredAfterMs = Infinity;
  const onAnswer = (text: string): void => {
    const answer = isOut ? readAnswer(text) : undefined;
    if (answer !== undefined) heard.push(answer);
  };

  async function strike(stage: Stage): Promise<void> {
    while (stage.evidence.told.length < orders / 4) await pause(20);
    await outage.begin(stage);
    isOut = true;
    await pause(lengthMs);
    while (untilTold && !heard.some(({ status }) => status >= 500)) await pause(20);
    await outage.end(stage);
    isOut = false;
    recoveredAfterMs = await untilItPays(stage);
  }

  const given: LabOptions = { seed: 'outage', orders, kills: 0, atOnce: 8, climate: fairWeather, bankLimits, onAnswer, ...options };
  const run = await runLab(given, async (planned, stage) => {
    await Promise.all([openShop(planned, stage), strike(stage)]);
  });
  return { ...run, heard, recoveredAfterMs };
}

/** An order that nobody else pays, again and again until it is paid. */
export async function untilItPays({ shopSide, evidence: { customers } }: Stage): Promise<number> {
  const startedAt = performance.now();
  const { orderId } = labOrder(1_000 * customers, customers);
  const browser = createShopper(shopSide.url, customerName(0));
  for (;;) {
    const answer = await browser.pay(orderId).catch(() => undefined);
    if (answer !== undefined && answer.status < 300 && answer.body.status !== 'failed') return performance.now() - startedAt;
    await pause(50);
  }
}

/** The head of an answer; undefined for the parts that follow. */
function readAnswer(text: string): Heard | undefined {
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
  if (status === undefined) return undefined;
  const retryAfter = /^retry-after: (\d+)\r$/im.exec(text)?.[1];
  return { status: Number(status), retryAfterSeconds: retryAfter === undefined ? undefined : Number(retryAfter) };
}

/**
 * The three machines against a small model: shoppers, the bank, DOKU's news and the merchant's processes do what they
 * like in any order; then everything comes to rest. The bank's journal is the truth. What a shopper, the merchant or
 * the ledger says of a payment may be late, but never false, and never goes back.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { commands } from './support/machine-commands.ts';
import { createMachineWorld } from './support/machine-world.ts';
import { count, seed, tell } from './support/plan.ts';

const runs = count(60, 4000);
const longestRun = 30;

describe('payments, refunds and links', () => {
  test(`end as the bank has them after ${runs.toLocaleString('en')} runs of anything`, { timeout: 7_200_000 }, async (context) => {
    const done = new Map<string, number>();
    const ended = new Map<string, number>();
    await fc.assert(fc.asyncProperty(fc.commands([...commands], { maxCommands: longestRun, size: '+1' }), async (drawn) => {
      const machine = await createMachineWorld(done);
      try {
        await fc.asyncModelRun(() => machine, drawn);
        await machine.real.rest();
        for (const state of machine.real.statesOfPayments()) ended.set(state, (ended.get(state) ?? 0) + 1);
        await machine.real.close();
      } finally {
        await machine.real.end();
      }
    }), { numRuns: runs, seed, endOnFailure: false });
    for (const name of ['pay', 'approve', 'refund', 'crash', 'unlink', 'news', 'trouble']) assert.ok((done.get(name) ?? 0) > runs / 4, `${name}: ${done.get(name)}`);
    for (const state of ['succeeded', 'refunded', 'cancelled']) assert.ok((ended.get(state) ?? 0) > runs / 20, `${state}: ${ended.get(state)}`);
    tell(context, { runs, ...Object.fromEntries(done), ...Object.fromEntries(Array.from(ended, ([state, times]) => [`ended ${state}`, times])) });
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createAllo } from '../../packages/server/src/allo.ts';
import type { Allo, AlloOptions } from '../../packages/server/src/allo.ts';
import { createWorld, linkedShopper, placeOrder } from './support/world.ts';
import type { LogLine, World } from './support/world.ts';

describe('a database that holds the ledger of another Client ID or environment', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  /** Another server on the same file, which reaches DOKU under another name; answers what it asked DOKU. */
  async function withOther(doku: AlloOptions['doku'], use: (other: Allo, log: LogLine[]) => Promise<void>): Promise<number> {
    let asked = 0;
    const log: LogLine[] = [];
    const write = (level: string) => (message: string, fields?: Record<string, unknown>): void => void log.push({ level, message, fields });
    const other = createAllo({
      ...world.alloOptions, doku: { ...world.dokuOptions, ...doku }, log: { info: write('info'), warn: write('warn'), error: write('error') },
      fetch: (input, init) => {
        asked += 1;
        return fetch(input, init);
      },
    });
    try {
      await use(other, log);
    } finally {
      await other.close();
    }
    return asked;
  }

  test('is of no use to it: what DOKU does not know under its name would count as never paid', async () => {
    const budi = await linkedShopper(world, 'budi');
    world.simulator.faults.add({ on: 'payment', effect: 'drop-after-commit', times: 1 });
    const { paymentId } = (await budi.pay(placeOrder(world, 'order-1'))).body;
    await world.simulator.advance(60 * 60_000);
    const asked = await withOther({ clientId: 'BRN-0299-0000000000000' }, async (other, log) => {
      await assert.rejects(other.reconcile());
      await assert.rejects(other.refund(paymentId));
      const ready = await other.handler(new Request(`${world.url}/allo/health/ready`));
      assert.equal(ready.status, 503);
      assert.ok(log.some(({ level, fields }) => level === 'error' && fields?.['owner'] === 'simulator/BRN-0299-1741922130000'));
    });
    assert.equal(asked, 0, 'DOKU was asked about payments of another');
    assert.equal(world.ledger().payments.find(({ id }) => id === paymentId)?.state, 'unknown');
  });

  test('is of no use in another environment either', async () => {
    const asked = await withOther({ environment: 'sandbox', baseUrl: undefined }, (other) => assert.rejects(other.reconcile()));
    assert.equal(asked, 0);
  });

  test('serves its own as before', async () => {
    await world.allo.reconcile();
    const asked = await withOther({}, async (other) => {
      await other.reconcile();
    });
    assert.equal(asked, 0, 'nothing was left to ask');
  });
});

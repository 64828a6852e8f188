import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { leaveBehind, lookSoon, mayStillBeFinished, takeBack } from '../../../packages/server/src/ledger/disown.ts';
import type { LinkRow } from '../../../packages/server/src/store/rows.ts';
import { createBench, dayMs, hourMs, minuteMs, newToken, secondMs } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';
import { refusal, silence, tokenRefusal, unlinked } from '../support/scripted-bank.ts';
import type { SaidTo } from '../support/scripted-bank.ts';
import { aLink, instant } from '../store/rows.ts';

/** When the page of these attempts closed, and until when the bank may still make something of it. */
const pageExpiresAt = instant + 5 * minuteMs;
const closesAt = pageExpiresAt + 2 * minuteMs;

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

const attempt = (change: Partial<LinkRow> = {}, secrets: { token?: string; authCode?: string } = { authCode: 'code' }): Promise<LinkRow> => bench.linkIn({
  state: 'redirected', customerId: 'budi', phoneMask: '0812••••001', phoneHash: 'phone', externalId: 'external', pageUrl: 'https://bank.example/page', pageExpiresAt, nextAt: instant, ...change,
}, secrets);
const disowned = (change: Partial<LinkRow> = {}, secrets?: { token?: string; authCode?: string }): Promise<LinkRow> =>
  attempt({ state: 'disowned', phoneMask: null, phoneHash: null, pageUrl: null, ...change }, secrets);
const dead = (change: Partial<LinkRow> = {}): Promise<LinkRow> =>
  attempt({ state: 'relink_required', tokenExpiresAt: instant + dayMs, pageExpiresAt: instant, ...change }, { token: 'old', authCode: 'code' });
const step = ({ state, checks, nextAt }: LinkRow) => ({ state, checks, nextAt });
/** Takes it back, as the reconciler does, and answers the row as it is then. */
const takenBack = async (link: LinkRow): Promise<LinkRow> => {
  await takeBack(bench.ctx, link);
  return bench.link(link.id);
};

test('an attempt may still be finished until two minutes after its page closed; one that had none, never', () => {
  const may = (at: number, end: number | null): boolean => {
    bench.passUntil(at);
    return mayStillBeFinished(bench.ctx, aLink({ pageExpiresAt: end }));
  };
  assert.deepEqual([may(instant, pageExpiresAt), may(closesAt, pageExpiresAt), may(closesAt + 1, pageExpiresAt), may(instant, null)], [true, true, false, false]);
});

describe('an attempt that is left behind', () => {
  test('keeps its code and its number at the bank, and is looked at when nothing can come of it any more', async () => {
    const link = await attempt({ checks: 3 });
    assert.equal(await leaveBehind(bench.ctx, link, 'expired', 'test'), true);
    assert.deepEqual(await bench.link(link.id), {
      ...link, version: 2, state: 'disowned', phoneHash: null, phoneMask: null, pageUrl: null, failure: 'expired', checks: 0, nextAt: closesAt,
    });
  });

  test('long after its page closed is looked at now', async () => {
    const link = await attempt();
    bench.passUntil(closesAt + minuteMs);
    await leaveBehind(bench.ctx, link, null, 'test');
    assert.equal((await bench.link(link.id)).nextAt, closesAt + minuteMs);
  });

  test('after somebody came back from its page is looked at now', async () => {
    const link = await attempt();
    await leaveBehind(bench.ctx, { ...link, returnedAt: instant }, null, 'test');
    const { nextAt, returnedAt } = await bench.link(link.id);
    assert.deepEqual({ nextAt, returnedAt }, { nextAt: instant, returnedAt: instant });
  });

  test('is not one that is linked', async () => {
    const link = await attempt({ state: 'active' });
    assert.equal(await leaveBehind(bench.ctx, link, null, 'test'), false);
    assert.deepEqual(await bench.link(link.id), link);
  });

  test('is looked at now when somebody comes back from its page after all', async () => {
    const link = await disowned({ nextAt: closesAt });
    await lookSoon(bench.ctx, link);
    assert.deepEqual(await bench.link(link.id), { ...link, version: 2, returnedAt: instant, nextAt: instant });
  });
});

describe('what stands at the bank of an attempt that was left behind', () => {
  test('is ended, also while its page is open, and then forgotten', async () => {
    bench.says('exchange', newToken());
    bench.says('unlink', unlinked);
    const { state, authCodeSealed, tokenSealed, nextAt } = await takenBack(await disowned());
    assert.deepEqual({ state, authCodeSealed, tokenSealed, nextAt }, { state: 'abandoned', authCodeSealed: null, tokenSealed: null, nextAt: null });
    assert.deepEqual(bench.asked, [{ operation: 'exchange', given: ['code'] }, { operation: 'unlink', given: ['new', { id: 'allokitserver', ipAddress: '100.64.0.10' }] }]);
    assert.deepEqual(await bench.toldTypes(), [], 'nobody was told of it, so nobody is told of its end');
  });

  test('is nothing yet: looked at again a moment after nothing can come of it any more', async () => {
    bench.says('exchange', refusal, refusal);
    const link = await disowned({ checks: 2 });
    const waiting = await takenBack(link);
    assert.deepEqual(step(waiting), { state: 'disowned', checks: 3, nextAt: closesAt + 1 });
    assert.equal(waiting.authCodeSealed, link.authCodeSealed);
    bench.passUntil(closesAt + 1);
    const over = await takenBack(waiting);
    assert.deepEqual({ state: over.state, authCodeSealed: over.authCodeSealed }, { state: 'abandoned', authCodeSealed: null });
  });

  test('is gone by itself after it was there: forgotten, since a code is good for one link', async () => {
    bench.says('unlink', tokenRefusal);
    bench.says('exchange', refusal);
    assert.equal((await takenBack(await disowned({ tokenExpiresAt: instant + dayMs }, { token: 'old', authCode: 'code' }))).state, 'abandoned');
  });

  test('is not to be ended for a day: people hear of it, each time it is asked again, and not before', async () => {
    bench.saysAlways('exchange', silence);
    for (const { id } of [await disowned({ customerId: 'siti', externalId: 'other' }), await dead({ tokenExpiresAt: instant })]) {
      const toldAfter: number[] = [];
      for (let tries = 0; tries < 30; tries += 1) {
        bench.passUntil((await bench.link(id)).nextAt ?? 0);
        await takenBack(await bench.link(id));
        if (bench.log.length > 0) toldAfter.push(Math.round((bench.now() - instant) / hourMs));
        assert.ok(bench.log.splice(0).every(({ level, fields }) => level === 'error' && fields?.['linkId'] === id));
      }
      assert.deepEqual(toldAfter, [24, 25]);
    }
  });

  const unsettled: readonly [string, SaidTo<'exchange'>[], SaidTo<'unlink'>[]][] = [
    ['whether there is anything', [silence], []],
    ['whether it was ended', [newToken()], [silence]],
  ];
  for (const [name, exchange, unlink] of unsettled) {
    test(`is not known, namely ${name}: asked again after 5, 15, 60 seconds and longer, however long that takes`, async () => {
      bench.says('exchange', ...exchange);
      bench.says('unlink', ...unlink);
      bench.passUntil(closesAt + dayMs);
      const link = await disowned({ checks: 1 });
      assert.deepEqual(step(await takenBack(link)), { state: 'disowned', checks: 2, nextAt: closesAt + dayMs + 15 * secondMs });
    });
  }
});

describe('a dead link that stands at the bank', () => {
  test('is ended there, and forgotten but for the masked number that asks to link again', async () => {
    bench.says('unlink', unlinked);
    const link = await dead();
    assert.deepEqual(await takenBack(link), { ...link, version: 2, authCodeSealed: null, tokenSealed: null, tokenExpiresAt: null, phoneHash: null, pageUrl: null, nextAt: null });
  });

  test('is forgotten when the bank gives no token any more, whatever became of its page', async () => {
    bench.says('exchange', refusal);
    const link = await dead({ tokenExpiresAt: instant, pageExpiresAt });
    const { state, nextAt, tokenSealed } = await takenBack(link);
    assert.deepEqual({ state, nextAt, tokenSealed }, { state: 'relink_required', nextAt: null, tokenSealed: null });
  });

  test('is kept, and asked about again, while the bank is silent', async () => {
    bench.says('unlink', silence);
    const link = await dead();
    assert.deepEqual(await takenBack(link), { ...link, version: 2, checks: 1, nextAt: instant + 5 * secondMs });
  });
});

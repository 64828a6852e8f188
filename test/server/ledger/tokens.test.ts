import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { askWithToken, customerToken, markDead, renewCustomerToken } from '../../../packages/server/src/ledger/tokens.ts';
import { resealAll } from '../../../packages/server/src/store/reseal.ts';
import { createSeal } from '../../../packages/server/src/store/seal.ts';
import { StoreError } from '../../../packages/server/src/store/store.ts';
import type { Store } from '../../../packages/server/src/store/store.ts';
import type { TokenAnswer } from '../../../packages/server/src/ledger/tokens.ts';
import type { LinkRow } from '../../../packages/server/src/store/rows.ts';
import { createBench, dayMs, newToken } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';
import { done, notSent, refusal, silence } from '../support/scripted-bank.ts';
import { aLink, instant } from '../store/rows.ts';

const marginMs = 5 * 60_000;

const from = (source: 'ledger' | 'bank' | 'race') => (token: string) => ({ outcome: 'token', token, from: source }) as const;
/** A token that was kept already, one that the bank gave for this, and one that came out of a race. */
const [kept, given, raced] = [from('ledger'), from('bank'), from('race')] as const;

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

const linked = (change: Partial<LinkRow> = {}): Promise<LinkRow> =>
  bench.linkIn({ state: 'active', tokenExpiresAt: instant + dayMs, ...change }, { authCode: 'code', ...(change.tokenSealed === undefined && { token: 'old' }) });

/** Something else happens to the link meanwhile. */
async function become(link: LinkRow, state: LinkRow['state'], set: Partial<LinkRow> = {}): Promise<void> {
  assert.ok(await bench.store.commit({ changes: [{ table: 'links', id: link.id, from: [link.state], to: state, set, cause: 'elsewhere' }] }));
}

describe('a token', () => {
  test('that lives for longer than the margin is used, and the bank is not asked', async () => {
    const link = await linked({ tokenExpiresAt: instant + marginMs + 1 });
    assert.deepEqual(await customerToken(bench.ctx, link), kept('old'));
    assert.deepEqual(bench.asked, []);
  });

  test('that ends within the margin is renewed with the code, written, and then used until it ends in its turn', async () => {
    bench.says('exchange', newToken());
    const link = await linked({ tokenExpiresAt: instant + marginMs });
    assert.deepEqual(await customerToken(bench.ctx, link), given('new'));
    assert.deepEqual(bench.asked, [{ operation: 'exchange', given: ['code'] }]);
    const renewed = await bench.link(link.id);
    assert.equal(renewed.tokenExpiresAt, instant + 15 * dayMs);
    assert.deepEqual(await customerToken(bench.ctx, renewed), kept('new'));
    assert.equal(bench.asked.length, 1, 'once');
  });

  test('that nobody can read any more is replaced when it ends, as long as the code can be read', async () => {
    bench.says('exchange', newToken());
    const link = await linked({ tokenExpiresAt: instant, tokenSealed: 'under.a.lost-key' });
    assert.deepEqual(await customerToken(bench.ctx, link), given('new'));
  });

  test('there is none of a link that has ended, and the bank is not asked for one', async () => {
    const link = await bench.linkIn({ state: 'unlinked', tokenExpiresAt: instant + dayMs }, { authCode: 'code' });
    assert.deepEqual(await customerToken(bench.ctx, link), { outcome: 'dead' });
    assert.deepEqual(await renewCustomerToken(bench.ctx, link, 'old'), { outcome: 'dead' });
    assert.deepEqual(await renewCustomerToken(bench.ctx, aLink(), 'old'), { outcome: 'dead' }, 'nor of one that is not there');
  });

  test('of an attempt that was disowned before it was confirmed is asked for by its code', async () => {
    bench.says('exchange', newToken());
    const link = await bench.linkIn({ state: 'disowned', nextAt: instant }, { authCode: 'code' });
    assert.deepEqual(await customerToken(bench.ctx, link), given('new'));
    assert.equal(await bench.tokenOf(link.id), 'new');
    const known = await bench.link(link.id);
    assert.deepEqual(await customerToken(bench.ctx, known), kept('new'), 'and then kept');
  });

  for (const state of ['active', 'unlinking', 'disowned', 'relink_required'] as const) {
    test(`is renewed of a link that is ${state}, which stays as it is, in the hands of whoever works on it`, async () => {
      bench.says('exchange', newToken());
      const link = await linked({ state, tokenExpiresAt: instant, nextAt: instant - 1 });
      const [claimed = link] = await bench.store.claimDue('links', 90_000, 1);
      assert.deepEqual(await customerToken(bench.ctx, claimed), given('new'));
      assert.equal(await bench.tokenOf(link.id), 'new');
      const now = await bench.link(link.id);
      const { tokenSealed, tokenExpiresAt } = now;
      assert.deepEqual(now, { ...claimed, version: 2, tokenSealed, tokenExpiresAt });
      assert.deepEqual(await bench.store.claimDue('links', 90_000, 1), [], 'no other process takes it on meanwhile');
    });
  }
});

describe('two who need a new token', () => {
  test('in one process at once ask for one, together', async () => {
    bench.says('exchange', newToken());
    const link = await linked();
    const answers = await Promise.all([renewCustomerToken(bench.ctx, link, 'old'), renewCustomerToken(bench.ctx, link, 'old')]);
    assert.deepEqual(answers, [given('new'), given('new')]);
    assert.equal(bench.asked.length, 1);
  });

  test('in two processes at once get the one that was asked for first, and the bank gives no second', async () => {
    const [asked, answer] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    bench.says('exchange', async () => {
      asked.resolve(undefined);
      await answer.promise;
      return newToken();
    });
    const link = await linked();
    const first = renewCustomerToken(bench.ctx, link, 'old');
    await asked.promise;
    const second = renewCustomerToken(bench.another(), link, 'old');
    // Both wait now, the one for the bank, the other for its turn.
    assert.equal(await Promise.race([second, new Promise((resolve) => setTimeout(resolve, 150, 'waits'))]), 'waits');
    answer.resolve(undefined);
    assert.deepEqual(await Promise.all([first, second]), [given('new'), kept('new')]);
    assert.equal(bench.asked.length, 1);
  });

  test('of which one died while it asked: the other asks once that one’s turn is over', async (t) => {
    const link = await linked();
    const asked = Promise.withResolvers<undefined>();
    bench.says('exchange', () => {
      asked.resolve(undefined);
      return new Promise(() => undefined);
    }, newToken());
    void renewCustomerToken(bench.ctx, link, 'old');
    await asked.promise;
    let since = 0;
    t.mock.method(performance, 'now', () => (since += 1_000));
    assert.deepEqual(await renewCustomerToken(bench.another(), link, 'old'), raced('new'));
    assert.equal(bench.asked.length, 2);
  });

  test('of two customers get each their own', async () => {
    bench.says('exchange', (code) => newToken(`token for ${code}`), (code) => newToken(`token for ${code}`));
    const links = await Promise.all(['one', 'two'].map((authCode) => bench.linkIn({ state: 'active', tokenExpiresAt: instant }, { token: 'old', authCode })));
    const answers = await Promise.all(links.map((link) => customerToken(bench.ctx, link)));
    assert.deepEqual(answers, [given('token for one'), given('token for two')]);
  });

  test('one after the other: whoever still has the one that was replaced gets the new one, without asking', async () => {
    bench.says('exchange', newToken());
    const link = await linked();
    await renewCustomerToken(bench.ctx, link, 'old');
    assert.deepEqual(await renewCustomerToken(bench.ctx, link, 'old'), kept('new'));
    assert.deepEqual(await renewCustomerToken(bench.another(), link, 'old'), kept('new'), 'in another process, too');
    assert.equal(bench.asked.length, 1);
  });

  test('of whom one had the newer refused while the other was still finding it: the bank is asked for a third', async () => {
    const link = await linked();
    await bench.renewedElsewhere(link.id, 'second');
    bench.says('exchange', newToken('third'));
    const answers = await Promise.all([renewCustomerToken(bench.ctx, link, 'old'), renewCustomerToken(bench.ctx, link, 'second')]);
    assert.deepEqual(answers, [kept('second'), given('third')]);
  });

  test('one after the other, since the bank refused the new one, too: it is asked again', async () => {
    bench.says('exchange', newToken('second'), newToken('third'));
    const link = await linked();
    await renewCustomerToken(bench.ctx, link, 'old');
    assert.deepEqual(await renewCustomerToken(bench.ctx, link, 'second'), given('third'));
  });

  test('one after the other, since it could not be had at first: it is asked again', async () => {
    bench.says('exchange', () => Promise.reject(new Error('broken')), newToken());
    const link = await linked();
    await assert.rejects(renewCustomerToken(bench.ctx, link, 'old'), /broken/);
    assert.deepEqual(await renewCustomerToken(bench.ctx, link, 'old'), given('new'));
  });

  test('when another process exchanged the code of a disowned attempt meanwhile: its token is taken', async () => {
    const link = await bench.linkIn({ state: 'disowned', nextAt: instant }, { authCode: 'code' });
    await bench.renewedElsewhere(link.id, 'from elsewhere');
    assert.deepEqual(await customerToken(bench.ctx, link), kept('from elsewhere'));
  });

  test('when the refused one was sealed anew meanwhile: that makes no new one of it', async () => {
    bench.says('exchange', newToken());
    const link = await linked();
    const seal = createSeal([new Uint8Array(32).fill(8), new Uint8Array(32).fill(7)]);
    await resealAll(bench.store, seal);
    assert.notEqual((await bench.link(link.id)).tokenSealed, link.tokenSealed);
    assert.deepEqual(await renewCustomerToken({ ...bench.ctx, seal }, link, 'old'), given('new'));
  });
});

describe('while the bank gives a new token', () => {
  const duringExchange = (work: () => Promise<void>): void => bench.says('exchange', async () => {
    await work();
    return newToken();
  });

  test('another process wrote one: that one is used, by everybody', async () => {
    const link = await linked();
    duringExchange(() => bench.renewedElsewhere(link.id, 'from elsewhere'));
    assert.deepEqual(await renewCustomerToken(bench.ctx, link, 'old'), raced('from elsewhere'));
    assert.equal(await bench.tokenOf(link.id), 'from elsewhere');
  });

  test('another process took the turn over: it is kept, but the bank may honour that one\'s', async () => {
    const link = await linked();
    // As `takeTurn` does once it has stood still for too long, whatever the name of the turn is.
    let taken = 0;
    const count = async (name: string): Promise<number> => (await bench.store.count(name)) + taken;
    duringExchange(() => Promise.resolve(void (taken = 2)));
    assert.deepEqual(await renewCustomerToken({ ...bench.ctx, store: { ...bench.store, count } }, link, 'old'), raced('new'));
  });

  test('the database goes away, once it is kept: whether another process took the turn over is not known', async () => {
    const link = await linked();
    let isKept = false;
    const store: Store = {
      ...bench.store,
      count: (name) => (isKept ? Promise.reject(new StoreError('away')) : bench.store.count(name)),
      commit: async (commit) => (isKept = await bench.store.commit(commit)),
    };
    duringExchange(() => Promise.resolve());
    assert.deepEqual(await renewCustomerToken({ ...bench.ctx, store }, link, 'old'), raced('new'));
  });

  test('the link ended: there is none', async () => {
    const link = await linked();
    duringExchange(() => become(link, 'unlinked', { tokenSealed: null, authCodeSealed: null }));
    assert.deepEqual(await renewCustomerToken(bench.ctx, link, 'old'), { outcome: 'dead' });
    assert.equal(await bench.tokenOf(link.id), undefined, 'nothing is kept of a link that ended');
  });

  test('the row was lost: there is none', async () => {
    const link = await linked();
    let isLost = false;
    const losing = { ...bench.ctx, store: { ...bench.store, link: async (id: string) => (isLost ? undefined : bench.store.link(id)), commit: () => Promise.resolve(false) } };
    duringExchange(async () => void (isLost = true));
    assert.deepEqual(await renewCustomerToken(losing, link, 'old'), { outcome: 'dead' });
  });

  test('somebody came back from the page of a disowned attempt: it is kept all the same', async () => {
    const link = await bench.linkIn({ state: 'disowned', nextAt: instant }, { authCode: 'code' });
    duringExchange(() => become(link, 'disowned', { returnedAt: instant }));
    assert.deepEqual(await customerToken(bench.ctx, link), given('new'));
    assert.equal(await bench.tokenOf(link.id), 'new');
  });

  for (const [name, state] of [['was asked to unlink, which waits', 'active'], ['is being unlinked by now', 'unlinking']] as const) {
    test(`the customer ${name}: it is kept all the same, and the refused one not handed out again`, async () => {
      const link = await linked({ nextAt: instant });
      const asked = { unlinkRequestedAt: instant, leaseUntil: instant + 90_000 };
      duringExchange(() => become(link, state, asked));
      assert.deepEqual(await renewCustomerToken(bench.ctx, link, 'old'), given('new'));
      assert.equal(await bench.tokenOf(link.id), 'new');
      const { unlinkRequestedAt, leaseUntil, ...now } = await bench.link(link.id);
      assert.deepEqual({ unlinkRequestedAt, leaseUntil, state: now.state }, { ...asked, state });
    });
  }
});

describe('when the bank gives no new token', () => {
  test('because it refuses: the link is dead, the merchant is told, and nothing is kept but the masked number', async () => {
    bench.says('exchange', refusal);
    const link = await linked({ phoneMask: '0812••••789', phoneHash: 'hash', pageUrl: 'https://bank.example/page', nextAt: instant });
    const payment = await bench.paymentIn({ state: 'succeeded', linkId: link.id });
    assert.deepEqual(await renewCustomerToken(bench.ctx, link, 'old'), { outcome: 'dead' });
    const { state, authCodeSealed, tokenSealed, tokenExpiresAt, phoneHash, pageUrl, nextAt, phoneMask } = await bench.link(link.id);
    assert.deepEqual({ state, authCodeSealed, tokenSealed, tokenExpiresAt, phoneHash, pageUrl, nextAt, phoneMask }, {
      state: 'relink_required', authCodeSealed: null, tokenSealed: null, tokenExpiresAt: null, phoneHash: null, pageUrl: null, nextAt: null, phoneMask: '0812••••789',
    });
    assert.deepEqual(await bench.toldTypes(), ['account.relink-required']);
    assert.equal((await bench.payment(payment.id)).deviceId, '', 'nor of the browser that paid');
  });

  for (const [name, answer, isAsked] of [
    ['silence', silence, true], ['nothing sent', notSent, false], ['an answer that comes later', { outcome: 'pending', evidence: '' }, true],
  ] as const) {
    test(`${name} proves nothing: it is tried again later`, async () => {
      bench.says('exchange', answer);
      const link = await linked();
      assert.deepEqual(await renewCustomerToken(bench.ctx, link, 'old'), { outcome: 'unavailable', isAsked });
      assert.equal((await bench.link(link.id)).state, 'active');
      assert.equal(await bench.tokenOf(link.id), 'old');
    });
  }

  test('because we have no code to exchange: the link is dead, without a question', async () => {
    const link = await bench.linkIn({ state: 'active', tokenExpiresAt: instant }, { token: 'old' });
    assert.deepEqual(await customerToken(bench.ctx, link), { outcome: 'dead' });
    assert.equal((await bench.link(link.id)).state, 'relink_required');
  });
});

describe('a link whose tokens the bank gives and refuses', () => {
  test('keeps token and code, so that it can be ended at the bank, and that is done at once', async () => {
    const link = await linked({ phoneHash: 'hash', pageUrl: 'https://bank.example/page', checks: 4 });
    await markDead(bench.ctx, link, 'token refused', 'refused');
    const { state, phoneHash, pageUrl, checks, nextAt, authCodeSealed } = await bench.link(link.id);
    assert.deepEqual({ state, phoneHash, pageUrl, checks, nextAt, authCodeSealed }, {
      state: 'relink_required', phoneHash: null, pageUrl: null, checks: 0, nextAt: instant, authCodeSealed: link.authCodeSealed,
    });
    assert.equal(await bench.tokenOf(link.id), 'old');
    assert.deepEqual(await bench.toldTypes(), ['account.relink-required']);
  });

  test('but is being unlinked already, stays that', async () => {
    const link = await linked({ state: 'unlinking', nextAt: instant });
    await markDead(bench.ctx, link, 'token refused', 'refused');
    assert.deepEqual(await bench.link(link.id), link);
    assert.deepEqual(await bench.toldTypes(), []);
  });
});

describe('a request under a token that the bank refuses', () => {
  const [dead, unavailable] = [{ outcome: 'dead' }, { outcome: 'unavailable', isAsked: true }] as const;
  const refusalOf = (token: string) => ({ outcome: 'token-refused', evidence: `no to ${token}` }) as const;

  /** What is answered, and under which tokens the bank was asked, where those after the first are got one by one. */
  async function asking(honoured: string | undefined, ...others: TokenAnswer[]) {
    const asked: string[] = [];
    const ask = (token: string) => {
      asked.push(token);
      return Promise.resolve(token === honoured ? done(token) : refusalOf(token));
    };
    const answer = await askWithToken('first', ask, (refused) => {
      assert.equal(refused, asked.at(-1));
      return Promise.resolve(others.shift() ?? assert.fail('asked for too many'));
    });
    return { answer, asked: asked.length };
  }

  test('is made again under the next', async () => {
    assert.deepEqual(await asking('second', given('second')), { answer: done('second'), asked: 2 });
  });

  test('is made no fourth time, once the bank has refused two that it gave for it: that proves that it gives tokens and refuses them', async () => {
    assert.deepEqual(await asking(undefined, given('second'), given('third')), { answer: refusalOf('third'), asked: 3 });
  });

  for (const [name, other] of [['was given for it', given('second')], ['was kept already', kept('second')], ['came out of a race', raced('second')]] as const) {
    test(`is made a third time, where the second ${name}`, async () => {
      assert.deepEqual(await asking('third', other, given('third')), { answer: done('third'), asked: 3 });
    });
  }

  for (const others of [[kept('second'), given('third')], [given('second'), kept('third')], [raced('second'), given('third')], [given('second'), raced('third')]]) {
    test(`is made no fourth time: where one may have been over by another's (${others.map((other) => other.from).join(', ')}), nothing is known of the link`, async () => {
      assert.deepEqual(await asking(undefined, ...others), { answer: { outcome: 'unavailable', evidence: 'no to third' }, asked: 3 });
    });
  }

  test('is made no more where there is none in its place', async () => {
    assert.deepEqual(await asking(undefined, dead), { answer: { ...dead, evidence: 'no to first' }, asked: 1 });
    assert.deepEqual(await asking(undefined, kept('second'), unavailable), { answer: { outcome: 'unavailable', evidence: 'no to second' }, asked: 2 });
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { BankAnswer, LinkPage } from '../../../packages/server/src/ledger/bank.ts';
import { confirmLink, linkNotified, reconcileLink, returnFromLink, startLink } from '../../../packages/server/src/ledger/links.ts';
import type { LinkWish, Visitor } from '../../../packages/server/src/ledger/links.ts';
import { reconcile } from '../../../packages/server/src/ledger/reconcile.ts';
import { sealToken } from '../../../packages/server/src/ledger/tokens.ts';
import { requestUnlink } from '../../../packages/server/src/ledger/unlink.ts';
import type { LinkRow } from '../../../packages/server/src/store/rows.ts';
import { createSeal } from '../../../packages/server/src/store/seal.ts';
import { createBench, hourMs, minuteMs, newToken, secondMs } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';
import { done, notSent, refusal, silence, unlinked } from '../support/scripted-bank.ts';
import { aLink, instant } from '../store/rows.ts';

const pageMs = 5 * minuteMs;
/** How long after its page closed the bank may still make a link of an attempt. */
const closingMs = 2 * minuteMs;

const device = { id: 'device', ipAddress: '203.0.113.7' };
const browser = { os: 'android', model: 'Pixel' } as const;
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const wish = (change: Partial<LinkWish> = {}): LinkWish =>
  ({ customerId: 'budi', phone: '6281200000001', phoneMask: '0812••••001', returnTo: '/shop', device, browser, ...change });
const pageAt = (name: string): BankAnswer<LinkPage> =>
  done({ url: `https://bank.example/${name}?code=code-of-${name}`, authCode: `code-of-${name}`, externalId: `external-${name}` });

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

const operations = (): string[] => bench.asked.map(({ operation }) => operation);
const pick = (link: LinkRow, ...keys: (keyof LinkRow)[]): Partial<LinkRow> => Object.fromEntries(keys.map((key) => [key, link[key]]));
const latest = async (): Promise<LinkRow> => (await bench.store.latestLink('budi')) ?? assert.fail('no link');
/** An attempt as it stands while the bank's page is open. */
const begun = (change: Partial<LinkRow> = {}): Promise<LinkRow> => bench.linkIn({
  state: 'redirected', customerId: 'budi', phoneMask: '0812••••001', phoneHash: 'phone', deviceHash: hash('device'), returnHash: hash('secret'), returnTo: '/shop',
  externalId: 'external', pageUrl: 'https://bank.example/page', pageExpiresAt: instant + pageMs, nextAt: instant + minuteMs, ...change,
}, { authCode: 'code' });
const become = async (link: LinkRow, state: LinkRow['state'], set: Partial<LinkRow> = {}): Promise<void> => {
  const { state: from } = await bench.link(link.id);
  assert.ok(await bench.store.commit({ changes: [{ table: 'links', id: link.id, from: [from], to: state, set, cause: 'elsewhere' }] }));
};
/** What is forgotten of an attempt that came to nothing. */
const nothingKept = { authCodeSealed: null, tokenSealed: null, tokenExpiresAt: null, phoneHash: null, phoneMask: null, pageUrl: null, nextAt: null };
const keptOf = (link: LinkRow) => pick(link, 'authCodeSealed', 'tokenSealed', 'tokenExpiresAt', 'phoneHash', 'phoneMask', 'pageUrl', 'nextAt');

describe('a start', () => {
  test('says what it has to say to the bank, with name and address only if they are known', async () => {
    bench.says('link', pageAt('one'), pageAt('two'));
    await startLink(bench.ctx, wish({ name: 'Budi', email: 'budi@example.com' }));
    await startLink(bench.ctx, wish({ customerId: 'siti' }));
    const said = {
      customerId: 'budi', phone: '6281200000001', device, browser,
      successUrl: 'https://shop.example/link?state=secret-1', failedUrl: 'https://shop.example/link?state=secret-1&failed=1',
    };
    const [first, second] = bench.asked.map(({ given }) => given[0]);
    assert.deepEqual(first, { ...said, name: 'Budi', email: 'budi@example.com' });
    assert.deepEqual(second, { ...said, customerId: 'siti', successUrl: said.successUrl.replace('1', '2'), failedUrl: said.failedUrl.replace('secret-1', 'secret-2') });
  });

  test('is written before the bank is asked, and given up if nobody hears of it any more', async () => {
    const seen: LinkRow[] = [];
    bench.says('link', async () => {
      seen.push(await latest());
      return pageAt('one');
    });
    await startLink(bench.ctx, wish());
    assert.deepEqual(seen.map(({ state, nextAt, returnTo, phoneMask, returnHash, deviceHash }) => ({ state, nextAt, returnTo, phoneMask, returnHash, deviceHash })), [
      { state: 'initiated', nextAt: instant + 90 * secondMs, returnTo: '/shop', phoneMask: '0812••••001', returnHash: hash('secret-1'), deviceHash: hash('device') },
    ]);
  });

  test('opens the bank\'s page for as long as the bank keeps it open, and looks at it once a minute', async () => {
    bench.says('link', async () => {
      bench.pass(3 * secondMs);
      return pageAt('one');
    });
    const link = await startLink(bench.ctx, wish());
    const at = instant + 3 * secondMs;
    assert.deepEqual(pick(link, 'state', 'externalId', 'pageUrl', 'pageExpiresAt', 'nextAt'), {
      state: 'redirected', externalId: 'external-one', pageUrl: 'https://bank.example/one?code={authCode}', pageExpiresAt: at + pageMs, nextAt: at + minuteMs,
    });
    assert.equal(bench.placesTaken(), 0);
  });

  const refusals: readonly [string, BankAnswer<LinkPage>, string, string][] = [
    ['is not permitted, since another customer has the account', { outcome: 'refused', failure: 'NOT_PERMITTED', evidence: '' }, 'ACCOUNT_CONFLICT', 'conflict'],
    ['is refused', refusal, 'LINK_REFUSED', 'refused'],
    ['is not answered', silence, 'BANK_UNAVAILABLE', 'unavailable'],
    ['is never sent', notSent, 'BANK_UNAVAILABLE', 'unavailable'],
  ];
  for (const [name, answer, code, failure] of refusals) {
    test(`that ${name} is over: ${code}, and nothing of it is kept`, async () => {
      bench.says('link', answer);
      await assert.rejects(startLink(bench.ctx, wish()), { code });
      const link = await latest();
      assert.deepEqual(pick(link, 'state', 'failure'), { state: 'failed', failure });
      assert.deepEqual(keptOf(link), nothingKept);
      assert.equal(bench.placesTaken(), 0);
    });
  }

  test('that another took the place of, while the bank was asked, shows no page', async () => {
    bench.says('link', async () => {
      await become(await latest(), 'abandoned');
      return pageAt('one');
    });
    await assert.rejects(startLink(bench.ctx, wish()), { code: 'BANK_UNAVAILABLE', detail: /took its place/ });
    assert.equal((await latest()).pageUrl, null);
  });
});

describe('limits', () => {
  const once = { linksPerCustomer: { count: 1, perSeconds: 60 }, linksPerPhone: { count: 9, perSeconds: 60 } };
  const startLimited = (limits: Parameters<typeof createBench>[0]): void => void (bench = createBench(limits));

  test('count a start that the bank refused', async () => {
    startLimited({ limits: once });
    bench.says('link', refusal);
    await assert.rejects(startLink(bench.ctx, wish()), { code: 'LINK_REFUSED' });
    await assert.rejects(startLink(bench.ctx, wish()), { code: 'RATE_LIMITED' });
    assert.equal(bench.placesTaken(), 0);
  });

  test('do not count a start that the bank never heard of', async () => {
    startLimited({ limits: once });
    bench.says('link', notSent, pageAt('one'));
    await assert.rejects(startLink(bench.ctx, wish()), { code: 'BANK_UNAVAILABLE' });
    assert.equal((await startLink(bench.ctx, wish())).state, 'redirected');
  });

  test('do not count the same page again, nor hide that the account is linked', async () => {
    startLimited({ limits: once });
    bench.says('link', pageAt('one'));
    const link = await startLink(bench.ctx, wish());
    assert.deepEqual(await startLink(bench.ctx, wish()), link);
    await become(link, 'active');
    await assert.rejects(startLink(bench.ctx, wish()), { code: 'ALREADY_LINKED' });
  });

  for (const [name, other] of [
    ['linksPerPhone', { customerId: 'siti' }], ['linksPerAddress', { customerId: 'siti', phone: '6281200000002' }],
    ['linksInAll', { customerId: 'siti', phone: '6281200000002', visitor: 'another' }],
  ] as const) {
    test(`hold for ${name}, whoever asks`, async () => {
      startLimited({ limits: { [name]: { count: 1, perSeconds: 60 } } });
      bench.says('link', pageAt('one'));
      await startLink(bench.ctx, wish({ visitor: 'visitor' }));
      await assert.rejects(startLink(bench.ctx, wish({ visitor: 'visitor', ...other })), { code: 'RATE_LIMITED' });
    });
  }
});

describe('an attempt that stands already', () => {
  test('is answered, in the same browser for the same number, while its page is open for 20 seconds more', async () => {
    bench.says('link', pageAt('one'), pageAt('two'));
    bench.says('exchange', refusal);
    const link = await startLink(bench.ctx, wish());
    bench.pass(pageMs - 20 * secondMs - 1);
    assert.deepEqual(await startLink(bench.ctx, wish()), link);
    bench.pass(1);
    assert.notEqual((await startLink(bench.ctx, wish())).id, link.id);
  });

  for (const [name, other] of [['for another number', { phone: '6281200000002' }], ['in another browser', { device: { ...device, id: 'another' } }]] as const) {
    test(`and is begun anew ${name}: the first is left behind, and looked after until its page has long been closed`, async () => {
      bench.says('link', pageAt('one'), pageAt('two'));
      bench.says('exchange', refusal);
      const first = await startLink(bench.ctx, wish());
      const second = await startLink(bench.ctx, wish(other));
      assert.equal(second.pageUrl, 'https://bank.example/two?code={authCode}');
      const left = await bench.link(first.id);
      assert.deepEqual(pick(left, 'state', 'failure', 'pageUrl', 'nextAt'), { state: 'disowned', failure: null, pageUrl: null, nextAt: instant + pageMs + closingMs });
    });
  }

  test('and turns out to be finished makes the account linked', async () => {
    bench.says('exchange', newToken('token'));
    await begun();
    await assert.rejects(startLink(bench.ctx, wish()), { code: 'ALREADY_LINKED' });
    assert.deepEqual({ state: (await latest()).state, asked: operations(), taken: bench.placesTaken() }, { state: 'active', asked: ['exchange'], taken: 0 });
  });

  test('of which the bank cannot be asked is not left behind once the shopper came back', async () => {
    bench.says('exchange', silence);
    await begun({ state: 'returned', returnedAt: instant });
    await assert.rejects(startLink(bench.ctx, wish()), { code: 'BANK_UNAVAILABLE', detail: /still being confirmed/ });
    assert.deepEqual({ state: (await latest()).state, taken: bench.placesTaken() }, { state: 'returned', taken: 0 });
  });

  const closed: readonly [string, Partial<LinkRow>, string][] = [
    ['is linked', { state: 'active' }, 'ALREADY_LINKED'],
    ['is linked, and to be unlinked', { state: 'active', unlinkRequestedAt: instant }, 'UNLINK_REQUESTED'],
    ['is being unlinked', { state: 'unlinking' }, 'UNLINK_REQUESTED'],
    ['is being confirmed', { state: 'exchanging' }, 'BANK_UNAVAILABLE'],
  ];
  for (const [name, change, code] of closed) {
    test(`and ${name} leaves no room for another: ${code}, before the bank is asked`, async () => {
      bench.ctx.bank.enter = () => assert.fail('the bank is away');
      const link = await begun(change);
      await assert.rejects(startLink(bench.ctx, wish()), { code, ...(code === 'BANK_UNAVAILABLE' && { detail: /still being confirmed/ }) });
      assert.deepEqual(await bench.link(link.id), link);
    });
  }

  test('and was never answered by the bank gives way', async () => {
    bench.says('link', pageAt('one'));
    const link = await begun({ state: 'initiated', failure: 'unavailable' });
    assert.equal((await startLink(bench.ctx, wish())).state, 'redirected');
    const left = await bench.link(link.id);
    assert.deepEqual(pick(left, 'state', 'failure'), { state: 'abandoned', failure: null });
    assert.deepEqual(keptOf(left), nothingKept);
  });

  test('is the same at every server while the encryption key is being replaced on one after the other', async () => {
    const [older, newer] = [new Uint8Array(32).fill(7), new Uint8Array(32).fill(8)];
    const [notYet, already] = [{ ...bench.ctx, seal: createSeal([older, newer]) }, { ...bench.another(), seal: createSeal([newer, older]) }];
    for (const [customerId, first, then] of [['budi', notYet, already], ['siti', already, notYet]] as const) {
      bench.says('link', pageAt(customerId));
      const { id } = await startLink(first, wish({ customerId }));
      assert.equal((await startLink(then, wish({ customerId }))).id, id);
    }
    assert.deepEqual(operations(), ['link', 'link']);
  });

  test('and is over is in nobody\'s way', async () => {
    bench.says('link', pageAt('one'));
    const link = await begun({ state: 'failed', nextAt: null });
    assert.notEqual((await startLink(bench.ctx, wish())).id, link.id);
    assert.deepEqual(await bench.link(link.id), link);
  });

  const beginElsewhere = (change: Partial<LinkRow>) => ({
    ...bench.ctx, store: { ...bench.ctx.store, insertLink: async (link: LinkRow) => {
      await begun(change);
      return bench.store.insertLink(link);
    } },
  });

  const ofSameNumber = async (): Promise<Partial<LinkRow>> => ({ phoneHash: await bench.ctx.seal.fingerprint(wish().phone) });

  test('since another tab was faster by a moment is answered', async () => {
    const { id } = await startLink(beginElsewhere(await ofSameNumber()), wish());
    assert.deepEqual({ id, asked: bench.asked, taken: bench.placesTaken() }, { id: (await latest()).id, asked: [], taken: 0 });
  });

  for (const [name, change] of [['for another number', { phoneHash: 'another' }], ['on another device', { deviceHash: hash('another') }]] as const) {
    test(`since another tab was faster by a moment, ${name}, is not answered: its page is not what was asked for, and its way back is another browser's`, async () => {
      const begunElsewhere = beginElsewhere({ ...(await ofSameNumber()), ...change });
      await assert.rejects(startLink(begunElsewhere, wish()), { code: 'BANK_UNAVAILABLE', detail: /has just begun/ });
      assert.equal((await latest()).state, 'redirected');
    });
  }

  test('since another tab was faster by a moment, and has no page yet, is waited for', async () => {
    await assert.rejects(startLink(beginElsewhere({ state: 'initiated' }), wish()), { code: 'BANK_UNAVAILABLE', detail: /has just begun/ });
    assert.equal(bench.placesTaken(), 0);
  });

  test('since another tab was faster by a moment is not counted', async () => {
    bench = createBench({ limits: { linksPerAddress: { count: 1, perSeconds: 60 } } });
    bench.says('link', pageAt('one'));
    await startLink(beginElsewhere(await ofSameNumber()), wish({ visitor: 'visitor' }));
    assert.equal((await startLink(bench.ctx, wish({ customerId: 'siti', visitor: 'visitor' }))).state, 'redirected');
  });
});

describe('while the page is open', () => {
  test('the bank that gives a token makes the link', async () => {
    bench.says('exchange', newToken('token'));
    const { id } = await begun();
    bench.pass(secondMs);
    const link = await confirmLink(bench.ctx, await bench.link(id));
    assert.deepEqual(pick(link, 'state', 'linkedAt', 'nextAt', 'pageUrl', 'tokenExpiresAt', 'leaseUntil'), {
      state: 'active', linkedAt: instant + secondMs, nextAt: null, pageUrl: null, tokenExpiresAt: instant + 15 * 24 * hourMs, leaseUntil: null,
    });
    assert.equal(await bench.tokenOf(id), 'token');
    assert.deepEqual(await bench.toldTypes(), ['account.linked']);
  });

  test('the exchange is one process\'s, for as long as it may take', async () => {
    bench.says('exchange', async () => {
      const { state, leaseUntil } = await latest();
      assert.deepEqual({ state, leaseUntil }, { state: 'exchanging', leaseUntil: instant + 90 * secondMs });
      assert.equal((await confirmLink(bench.another(), { ...link, state: 'redirected' })).state, 'exchanging', 'another one leaves it alone');
      return newToken('token');
    });
    const link = await begun();
    await confirmLink(bench.ctx, link);
    assert.equal(bench.asked.length, 1);
  });

  for (const [name, at, expected] of [
    ['in a minute', 0, minuteMs],
    ['right after it closed', pageMs - 30 * secondMs, pageMs + 2 * secondMs],
    ['right after it closed, also if that is now', pageMs + 2 * secondMs - 1, pageMs + 2 * secondMs],
    ['and then in a minute again, as long as the bank is silent', pageMs + 2 * secondMs, pageMs + 62 * secondMs],
  ] as const) {
    test(`the bank that is silent is asked again ${name}`, async () => {
      bench.says('exchange', silence);
      const link = await begun({ checks: 3 });
      bench.pass(at);
      assert.deepEqual(pick(await confirmLink(bench.ctx, link), 'state', 'nextAt', 'checks'), { state: 'redirected', nextAt: instant + expected, checks: 4 });
    });
  }

  test('a no of the bank means nothing, to the last moment', async () => {
    bench.says('exchange', refusal);
    const link = await begun();
    bench.pass(pageMs);
    assert.equal((await confirmLink(bench.ctx, link)).state, 'redirected');
  });

  test('and no more: then the attempt is over, and looked after until the bank can make no link of it any more', async () => {
    bench.says('exchange', refusal);
    const link = await begun();
    bench.pass(pageMs + 1);
    const left = await confirmLink(bench.ctx, link);
    assert.deepEqual(pick(left, 'state', 'failure', 'nextAt', 'authCodeSealed'), { state: 'disowned', failure: 'expired', nextAt: instant + pageMs + closingMs, authCodeSealed: link.authCodeSealed });
  });

  test('and long after: it is forgotten at once', async () => {
    bench.says('exchange', refusal);
    const link = await begun();
    bench.pass(pageMs + closingMs + 1);
    const left = await confirmLink(bench.ctx, link);
    assert.deepEqual(pick(left, 'state', 'failure'), { state: 'abandoned', failure: 'expired' });
    assert.deepEqual(keptOf(left), nothingKept);
  });

  test('without a page\'s end on record, only time itself ends it', async () => {
    bench.says('exchange', refusal);
    const link = await begun({ pageExpiresAt: null });
    assert.deepEqual(pick(await confirmLink(bench.ctx, link), 'state', 'nextAt'), { state: 'redirected', nextAt: instant + 2 * secondMs });
  });

  test('without a code on record there is nothing to ask for', async () => {
    const link = await bench.linkIn({ state: 'redirected', customerId: 'budi', pageExpiresAt: instant + pageMs });
    assert.deepEqual(pick(await confirmLink(bench.ctx, link), 'state', 'failure'), { state: 'failed', failure: 'not-completed' });
  });

  test('a bank that is silent for a day ends it, though it is not forgotten', async () => {
    bench.says('exchange', silence, silence);
    const link = await begun();
    bench.pass(24 * hourMs);
    assert.equal((await confirmLink(bench.ctx, link)).state, 'redirected');
    bench.pass(1);
    const left = await confirmLink(bench.ctx, link);
    assert.deepEqual(pick(left, 'state', 'failure', 'nextAt', 'authCodeSealed'), {
      state: 'disowned', failure: 'unavailable', nextAt: bench.now(), authCodeSealed: link.authCodeSealed,
    });
  });

  for (const state of ['initiated', 'disowned', 'active', 'failed'] as const) {
    test(`nothing is asked of an attempt that is ${state}`, async () => {
      const link = await begun({ state });
      assert.deepEqual(await confirmLink(bench.ctx, link), link);
    });
  }
});

describe('the way back', () => {
  const own: Visitor = { deviceId: 'device', customerId: 'budi', saysFailed: false };
  const back = (visitor: Partial<Visitor> = {}, secret = 'secret') => returnFromLink(bench.ctx, secret, { ...own, ...visitor });
  const toShop = { returnTo: '/shop' };

  test('with a state that nobody knows leads nowhere', async () => {
    assert.equal(await back({}, 'another'), undefined);
  });

  test('makes the bank be asked at once', async () => {
    bench.says('exchange', newToken('token'));
    await begun();
    assert.deepEqual(await back(), toShop);
    assert.deepEqual(pick(await latest(), 'state', 'returnedAt'), { state: 'active', returnedAt: instant });
  });

  for (const [name, visitor] of [['in the same browser, signed out', { customerId: undefined }], ['of the same customer, in another browser', { deviceId: 'another' }], ['of the same customer, without a cookie', { deviceId: undefined }]] as const) {
    test(`${name} goes on`, async () => {
      bench.says('exchange', newToken('token'));
      await begun();
      assert.deepEqual(await back(visitor), toShop);
      assert.equal((await latest()).state, 'active');
    });
  }

  test('before the bank knows of it: it is asked again after 2, 5, 10, 20 and 40 seconds, and then believed', async () => {
    bench.says('exchange', refusal, refusal, refusal, refusal, refusal, refusal);
    const link = await begun({ checks: 7 });
    await back();
    let at = instant;
    for (const [checks, pauseMs] of [2, 5, 10, 20, 40].map((seconds, index) => [index + 1, seconds * secondMs] as const)) {
      at += pauseMs;
      const row = await latest();
      assert.deepEqual(pick(row, 'state', 'checks', 'nextAt'), { state: 'returned', checks, nextAt: at });
      bench.passUntil(at);
      await reconcileLink(bench.ctx, row);
    }
    assert.deepEqual(pick(await bench.link(link.id), 'state', 'failure', 'nextAt'), { state: 'disowned', failure: 'not-completed', nextAt: at });
  });

  test('while the bank is silent goes on for longer', async () => {
    bench.says('exchange', silence);
    await begun({ state: 'returned', returnedAt: instant, checks: 9 });
    await reconcileLink(bench.ctx, await latest());
    assert.deepEqual(pick(await latest(), 'state', 'checks', 'nextAt'), { state: 'returned', checks: 10, nextAt: instant + 40 * secondMs });
  });

  test('after a failure one no of the bank is enough', async () => {
    bench.says('exchange', refusal);
    const link = await begun();
    await back({ saysFailed: true });
    assert.deepEqual(pick(await bench.link(link.id), 'state', 'failure'), { state: 'disowned', failure: 'not-completed' });
  });

  test('that breaks off in the exchange is taken on by the next process, at once', async () => {
    bench.says('exchange', () => Promise.reject(new Error('broken')));
    const link = await begun();
    await assert.rejects(back(), /broken/);
    assert.deepEqual(pick(await bench.link(link.id), 'state', 'returnedAt', 'checks', 'nextAt'), { state: 'exchanging', returnedAt: instant, checks: 0, nextAt: instant });
  });

  test('a second time leads to the shop, and changes nothing', async () => {
    const link = await begun({ returnedAt: instant - 1 });
    assert.deepEqual(await back(), toShop);
    assert.deepEqual(await back({ customerId: undefined }), toShop);
    assert.deepEqual(await bench.link(link.id), link);
  });

  test('after a quarter of an hour means nothing any more', async () => {
    bench.says('exchange', newToken('token'));
    const link = await begun();
    bench.pass(15 * minuteMs + 1);
    assert.deepEqual(await back(), toShop);
    assert.equal(await back({ customerId: 'siti' }), undefined);
    assert.deepEqual(await bench.link(link.id), link);
    bench.pass(-1);
    await back();
    assert.equal((await latest()).state, 'active');
  });

  test('while the notification\'s exchange is under way is used up, and the row stays with that process', async () => {
    const link = await begun({ state: 'exchanging', leaseUntil: instant + secondMs });
    assert.deepEqual(await back(), toShop);
    assert.deepEqual(await bench.link(link.id), { ...link, version: 2, returnedAt: instant, leaseUntil: instant + 90 * secondMs });
  });

  for (const [name, saysFailed, expected] of [
    ['is asked again soon, as after any way back', false, { state: 'returned', checks: 1, nextAt: instant + 2 * secondMs }],
    ['after a failure is believed', true, { state: 'disowned', failure: 'not-completed' }],
  ] as const) {
    test(`while the question of the minute is under way: a no of the bank to that ${name}`, async () => {
      const link = await begun({ checks: 4 });
      bench.says('exchange', async () => {
        await back({ saysFailed });
        return refusal;
      });
      await reconcileLink(bench.ctx, link);
      assert.partialDeepStrictEqual(await bench.link(link.id), expected);
    });
  }

  test('just before another process takes the question of the minute in hand: it is asked again soon all the same', async () => {
    const link = await begun({ checks: 4 });
    const { promise: answer, resolve: say } = Promise.withResolvers<BankAnswer<never>>();
    const { promise: isAsked, resolve: ask } = Promise.withResolvers<boolean>();
    bench.says('exchange', () => {
      ask(true);
      return answer;
    });
    let theirs: Promise<void> | undefined;
    bench.before('exchange', () => {
      theirs = reconcileLink(bench.another(), link);
      return isAsked;
    });
    assert.deepEqual(await back(), toShop);
    say(refusal);
    await theirs;
    assert.deepEqual(pick(await bench.link(link.id), 'state', 'returnedAt', 'checks', 'nextAt'), { state: 'returned', returnedAt: instant, checks: 1, nextAt: instant + 2 * secondMs });
  });

  test('just before the answer to the question of the minute is written: it is asked again soon all the same', async () => {
    const link = await begun();
    bench.says('exchange', { outcome: 'refused', failure: 'LIMIT_EXCEEDED', evidence: 'the no of the minute' });
    bench.before('the no of the minute', () => back());
    await reconcileLink(bench.ctx, link);
    assert.deepEqual(pick(await bench.link(link.id), 'state', 'returnedAt', 'checks', 'nextAt'), { state: 'returned', returnedAt: instant, checks: 1, nextAt: instant + 2 * secondMs });
  });

  /** Happens between the two steps of a way back: the first looks for an open page, the second for an exchange that is under way. */
  const beforeItsSecondStep = (work: () => Promise<unknown>): void =>
    bench.before('return', () => Promise.resolve(bench.before('return', work)));

  test('just as the question of the minute ends with a no: the bank is asked at once all the same', async () => {
    bench.says('exchange', newToken('token'));
    const link = await begun({ state: 'exchanging', leaseUntil: instant + 90 * secondMs });
    beforeItsSecondStep(() => become(link, 'redirected', { checks: 1 }));
    assert.deepEqual(await back(), toShop);
    assert.deepEqual(pick(await bench.link(link.id), 'state', 'returnedAt'), { state: 'active', returnedAt: instant });
  });

  test('just as the attempt is left behind has it looked at now', async () => {
    const link = await begun({ state: 'exchanging', leaseUntil: instant + 90 * secondMs });
    beforeItsSecondStep(() => become(link, 'disowned', { nextAt: instant + hourMs }));
    assert.deepEqual(await back(), toShop);
    assert.deepEqual(pick(await bench.link(link.id), 'state', 'returnedAt', 'nextAt'), { state: 'disowned', returnedAt: instant, nextAt: instant });
  });

  test('that other steps cross again and again is tried three times more, and then leads to the shop', async () => {
    const link = await begun({ state: 'exchanging', leaseUntil: instant + 90 * secondMs });
    let crossed = 0;
    /** None of the steps of a try, which are three, finds the row in the state that it is for. */
    const cross = (): Promise<void> => {
      bench.before('return', cross);
      crossed += 1;
      return become(link, crossed % 3 === 1 ? 'exchanging' : 'redirected');
    };
    bench.before('return', cross);
    assert.deepEqual(await back(), toShop);
    assert.deepEqual([crossed, (await bench.link(link.id)).returnedAt], [12, null]);
  });

  test('after the notification linked the account is used up', async () => {
    const link = await begun({ state: 'active', nextAt: null });
    assert.deepEqual(await back(), toShop);
    assert.deepEqual(await bench.link(link.id), { ...link, version: 2, returnedAt: instant });
    assert.deepEqual(bench.asked, []);
  });

  test('of an attempt that was left behind has it looked at now', async () => {
    const link = await begun({ state: 'disowned', nextAt: instant + hourMs });
    assert.deepEqual(await back(), toShop);
    assert.deepEqual(await bench.link(link.id), { ...link, version: 2, returnedAt: instant, nextAt: instant });
  });

  describe('of another person', () => {
    const stranger = { deviceId: 'another', customerId: 'siti' };

    test('leads nowhere, ends the attempt, and has taken back now what came of it', async () => {
      const link = await begun({ checks: 3 });
      assert.equal(await back(stranger), undefined);
      assert.deepEqual(pick(await bench.link(link.id), 'state', 'failure', 'returnedAt', 'nextAt', 'checks', 'pageUrl', 'phoneHash', 'phoneMask', 'authCodeSealed'), {
        state: 'disowned', failure: 'not-completed', returnedAt: instant, nextAt: instant, checks: 0, pageUrl: null, phoneHash: null, phoneMask: null, authCodeSealed: link.authCodeSealed,
      });
      assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['warn', { linkId: link.id }]]);
    });

    test('and signed out, just so', async () => {
      const link = await begun();
      assert.equal(await back({ deviceId: undefined, customerId: undefined }), undefined);
      assert.equal((await bench.link(link.id)).state, 'disowned');
    });

    test('without a cookie is not taken for a browser that began without one', async () => {
      const link = await begun({ deviceHash: hash('') });
      assert.equal(await back({ deviceId: undefined, customerId: 'siti' }), undefined);
      assert.equal((await bench.link(link.id)).state, 'disowned');
    });

    test('in the browser that began it, just so', async () => {
      const link = await begun();
      assert.equal(await back({ customerId: 'siti' }), undefined);
      assert.equal((await bench.link(link.id)).state, 'disowned');
    });

    for (const [name, returnedAt] of [['', null], [', and it was used up', instant - 1]] as const) {
      test(`after the notification linked the account${name}: that is undone`, async () => {
        const link = await begun({ state: 'active', nextAt: null, checks: 3, returnedAt });
        assert.equal(await back(stranger), undefined);
        assert.deepEqual(pick(await bench.link(link.id), 'state', 'failure', 'returnedAt', 'nextAt', 'checks', 'pageUrl'), {
          state: 'unlinking', failure: 'not-completed', returnedAt: instant, nextAt: instant, checks: 0, pageUrl: null,
        });
      });
    }

    test('after the notification linked the account, where the bank does not end that: after a day people hear of it', async () => {
      bench.saysAlways('exchange', silence);
      const link = await begun({ state: 'active', nextAt: null, tokenSealed: 'is over', tokenExpiresAt: instant });
      await back(stranger);
      bench.log.splice(0);
      bench.pass(24 * hourMs - 1);
      await reconcile(bench.ctx);
      assert.deepEqual(bench.log, []);
      bench.pass(hourMs);
      await reconcile(bench.ctx);
      assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['error', { linkId: link.id }]]);
    });

    test('after the account was linked, and while its unlinking waits for a payment: that is undone at once', async () => {
      bench.says('unlink', unlinked);
      const link = await begun({ state: 'active', nextAt: null });
      await bench.store.commit({ changes: [{ table: 'links', id: link.id, from: ['active'], to: 'active', set: await sealToken(bench.ctx, link.id, { token: 'token', expiresAt: instant + hourMs }), cause: 'test' }] });
      await bench.paymentIn({ state: 'requires_action', customerId: 'budi', linkId: link.id, nextAt: instant + minuteMs });
      await requestUnlink(bench.ctx, 'budi', device);
      await back(stranger);
      await reconcile(bench.ctx);
      assert.deepEqual({ state: (await bench.link(link.id)).state, asked: operations() }, { state: 'unlinked', asked: ['unlink'] });
    });

    for (const state of ['redirected', 'returned', 'exchanging'] as const) {
      test(`after it was used up ends an attempt that is ${state}`, async () => {
        const link = await begun({ state, returnedAt: instant - 1 });
        assert.equal(await back(stranger), undefined);
        assert.deepEqual(pick(await bench.link(link.id), 'state', 'failure', 'returnedAt', 'nextAt'), { state: 'disowned', failure: 'not-completed', returnedAt: instant, nextAt: instant });
      });
    }

    for (const state of ['disowned', 'unlinking', 'unlinked', 'relink_required', 'failed', 'abandoned'] as const) {
      test(`once more, to what is ${state}, changes nothing and fills no log`, async () => {
        const link = await begun({ state, returnedAt: instant - 1, nextAt: instant + hourMs });
        assert.equal(await back(stranger), undefined);
        assert.deepEqual(await bench.link(link.id), link);
        assert.deepEqual(bench.log, []);
      });
    }

    test('to an attempt that was left behind has it looked at now', async () => {
      const link = await begun({ state: 'disowned', nextAt: instant + hourMs, failure: 'expired' });
      assert.equal(await back(stranger), undefined);
      assert.deepEqual(await bench.link(link.id), { ...link, version: 2, returnedAt: instant, nextAt: instant });
    });
  });
});

describe('a notification', () => {
  test('that the shopper agreed makes the bank be asked', async () => {
    bench.says('exchange', newToken('token'));
    await linkNotified(bench.ctx, await begun(), 'completed');
    assert.equal((await latest()).state, 'active');
  });

  test('that nothing is decided changes nothing, also of what was left behind', async () => {
    const links = [await begun(), await begun({ state: 'disowned', returnHash: 'other', externalId: 'other' })];
    for (const link of links) {
      await linkNotified(bench.ctx, link, 'open');
      assert.deepEqual(await bench.link(link.id), link);
    }
  });

  test('that it failed ends the attempt; the code is kept for as long as the page is open', async () => {
    const link = await begun();
    await linkNotified(bench.ctx, link, 'failed');
    const { authCodeSealed, ...ended } = await bench.link(link.id);
    assert.partialDeepStrictEqual(ended, { state: 'disowned', failure: 'not-completed', phoneHash: null, phoneMask: null, pageUrl: null, nextAt: instant + pageMs + closingMs });
    assert.equal(authCodeSealed, link.authCodeSealed);
  });

  test('that it failed, long after its page closed, leaves nothing of it once the bank gives no token for it', async () => {
    bench.says('exchange', refusal);
    const link = await begun();
    bench.pass(pageMs + closingMs + 1);
    await linkNotified(bench.ctx, link, 'failed');
    assert.deepEqual(pick(await bench.link(link.id), 'state', 'failure', 'nextAt'), { state: 'disowned', failure: 'not-completed', nextAt: bench.now() });
    await reconcile(bench.ctx);
    const ended = await bench.link(link.id);
    assert.deepEqual(pick(ended, 'state', 'failure'), { state: 'abandoned', failure: 'not-completed' });
    assert.deepEqual(keptOf(ended), nothingKept);
  });

  test('that it failed, long after its page closed, of what the bank made a link all the same has that taken back', async () => {
    bench.says('exchange', silence, newToken('token'));
    bench.says('unlink', unlinked);
    const link = await begun();
    bench.pass(pageMs + closingMs + 1);
    await confirmLink(bench.ctx, link);
    await linkNotified(bench.ctx, await bench.link(link.id), 'failed');
    await reconcile(bench.ctx);
    assert.deepEqual({ state: (await bench.link(link.id)).state, asked: operations() }, { state: 'abandoned', asked: ['exchange', 'exchange', 'unlink'] });
  });

  test('that it failed, while the bank gives a token for it, has taken back what stands there: nobody else could end it', async () => {
    const link = await begun();
    bench.says('exchange', async () => {
      await linkNotified(bench.another(), link, 'failed');
      return newToken('token');
    }, newToken('token'));
    bench.says('unlink', unlinked);
    await linkNotified(bench.ctx, link, 'completed');
    bench.pass(pageMs + closingMs);
    await reconcile(bench.ctx);
    assert.deepEqual({ state: (await bench.link(link.id)).state, asked: operations() }, { state: 'abandoned', asked: ['exchange', 'exchange', 'unlink'] });
  });

  for (const said of ['completed', 'failed'] as const) {
    test(`that it is ${said}, of an attempt that was left behind, has taken back what came of it`, async () => {
      bench.says('exchange', newToken('token'));
      bench.says('unlink', unlinked);
      const link = await begun({ state: 'disowned' });
      await linkNotified(bench.ctx, link, said);
      assert.deepEqual({ state: (await bench.link(link.id)).state, asked: operations() }, { state: 'abandoned', asked: ['exchange', 'unlink'] });
    });
  }
});

describe('what is due', () => {
  test('a start that was cut off is over', async () => {
    const link = await begun({ state: 'initiated' });
    await reconcileLink(bench.ctx, link);
    const ended = await bench.link(link.id);
    assert.deepEqual(pick(ended, 'state', 'failure'), { state: 'abandoned', failure: 'unavailable' });
    assert.deepEqual(keptOf(ended), nothingKept);
  });

  test('a page nobody came back from is asked about', async () => {
    bench.says('exchange', newToken('token'));
    await reconcileLink(bench.ctx, await begun());
    assert.equal((await latest()).state, 'active');
  });

  for (const [name, returnedAt, state, nextAt] of [['before the shopper came back', null, 'redirected', minuteMs], ['after the shopper came back', instant, 'returned', 2 * secondMs]] as const) {
    test(`an exchange that was cut off ${name} is made again`, async () => {
      bench.says('exchange', silence);
      await reconcileLink(bench.ctx, await begun({ state: 'exchanging', returnedAt }));
      assert.deepEqual(pick(await latest(), 'state', 'nextAt'), { state, nextAt: instant + nextAt });
    });
  }
});

test('a link that is not in the database is answered as it was given', async () => {
  const link = aLink({ state: 'redirected' });
  assert.deepEqual(await confirmLink(bench.ctx, link), link);
});

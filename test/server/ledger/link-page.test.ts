import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { withGap, withPage } from '../../../packages/server/src/ledger/link-page.ts';
import type { LinkRow } from '../../../packages/server/src/store/rows.ts';
import { createBench } from '../support/ledger-bench.ts';

const bench = createBench();
after(() => bench.close());

const withUrl = (pageUrl: string | null, change: Partial<LinkRow> = {}, secrets: { authCode?: string } = { authCode: 'a+code' }): Promise<LinkRow> =>
  bench.linkIn({ state: 'redirected', pageUrl, ...change }, secrets);

describe('the address of the bank\'s page', () => {
  test('is kept without the code, wherever in it that stands, and shown as the bank gave it', async () => {
    const url = 'https://bank.example/a+code/page?code=a+code&lang=id';
    const kept = withGap({ url, authCode: 'a+code', externalId: '' });
    assert.equal(kept, 'https://bank.example/{authCode}/page?code={authCode}&lang=id');
    const link = await withUrl(kept);
    assert.deepEqual(await withPage(bench.ctx, link), { ...link, pageUrl: url });
  });

  test('is shown as the bank gave it also where the code looks like a pattern', async () => {
    for (const authCode of ['a$&b', 'a$$b', '$`']) {
      const url = `https://bank.example/page/${authCode}`;
      const link = await withUrl(withGap({ url, authCode, externalId: '' }), {}, { authCode });
      assert.deepEqual(await withPage(bench.ctx, link), { ...link, pageUrl: url });
    }
  });

  test('in which no code stood is shown as it is, whether or not the code can be read', async () => {
    for (const change of [{}, { authCodeSealed: 'under.a.lost-key' }]) {
      const link = await withUrl('https://bank.example/page', change, {});
      assert.deepEqual(await withPage(bench.ctx, link), link);
    }
  });

  test('that there is not any more is not made up', async () => {
    const link = await withUrl(null);
    assert.deepEqual(await withPage(bench.ctx, link), link);
  });

  for (const [name, change] of [['cannot be read just now', { authCodeSealed: 'under.a.lost-key' }], ['is gone', {}]] as const) {
    test(`is not shown when its code ${name}; the rest of the link is`, async () => {
      const link = await withUrl('https://bank.example/{authCode}', change, {});
      assert.deepEqual(await withPage(bench.ctx, link), { ...link, pageUrl: null });
    });
  }
});

/**
 * Both ways a browser is sent: back to the shop, by what a page asked for, and to the bank, by what DOKU answered.
 * Neither ever leads anywhere else, however the address is written.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { readReturnTo } from '../../packages/server/src/routes/browser-guard.ts';
import { count, seed, tell } from './support/plan.ts';
import { createStubbed, linkStubbed, shop } from './support/stubbed.ts';
import type { Stubbed } from './support/stubbed.ts';

const evil = 'evil.example';

/** What stands before a host to make it one. */
const starts = [
  '//', '///', '////', '/\\', '\\/', '\\\\', '\\', '/\\/', '/\\\\', '//\\', '/\t/', '/\n/', '/\r/', '/\r\n/', '\t//', '\n//', ' //', '\u0000//', '/\u0000/', '/ /', '/%09/', '/%0a/', '/%0d%0a/', '/%20/', '/%2f', '/%2f/', '/%2F%2f', '/%5c', '/%5c/', '/%5C%5C', '%2f%2f', '%5c%5c', '/%252f/', '/%25%32%66/',
  '/.//', '/..//', '/x/..//', '/x/../..//', '/%2e//', '/%2e%2e//', '/.\\', '/..\\', './/', '../', '/;//', '/;@', '/@', '//@', '@', '.', ':', '/:', '//:', '?//', '#//', '/?//', '/#//', '//[', '/\u2215/', '/\u2044/', '/\uff0f', '\uff0f\uff0f', '/\u3002/', '/\u00a0/', '/\ufeff/', '\ufeff//', '/\u200b/', '/\u00ad/', '/\u2028/', '/\u0085/', '/\ud800/',
  'http:', 'https:', 'http:/', 'https:/', 'http://', 'https://', 'HTTPS://', 'hTtP:\\\\', 'https:\\', 'http:///', 'ftp://', 'ws://', 'file:///', 'javascript:', 'javascript://', 'JaVaScRiPt:', 'java\nscript:', '\u0001javascript:', 'javascript&colon;', 'data:text/html,', 'vbscript:', 'blob:', 'about:', 'view-source:', 'intent://', 'allo://',
  `${shop}@`, `${shop}.`, `${shop}:x@`, `${shop}\\@`, 'https://shop.example@', 'https://shop.example%40', 'https://shop.example%2f@', 'https:shop.example.', '//shop.example@', '//shop.example.', '//shop.example%00.', '//shop.example\\.', '//user:pass@', '/\\shop.example@',
] as const;
const ends = ['', '/', '/path', '?x=1', '#x', ':443/', '%2f..', '/..', '\\', '%00', '\r\nSet-Cookie: a=b', '%0d%0aSet-Cookie:%20a=b', ' ', '/%2e%2e/'] as const;

const corpus = Array.from(new Set(starts.flatMap((start) => ends.map((end) => `${start}${evil}${end}`))));

/** The shop as browsers read it, and letter by letter: nothing in it that another parser, or a header, would trip over. */
function assertOnShop(location: string): void {
  assert.equal(new URL(location).origin, shop, location);
  assert.match(location, /^https:\/\/shop\.example\/(?![/\\])[\x21-\x7e]*$/);
}

/** As the way back builds it. */
const locationOf = (returnTo: string): string | undefined => {
  try {
    return new URL(readReturnTo(returnTo, shop), shop).href;
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'INVALID_REQUEST');
    return undefined;
  }
};

describe('the way back to the shop', () => {
  test(`leads to the shop or nowhere, for each of ${corpus.length.toLocaleString('en')} ways to say ${evil}`, () => {
    const taken = corpus.flatMap((returnTo) => locationOf(returnTo) ?? []);
    taken.forEach(assertOnShop);
    assert.ok(taken.length > 50 && taken.length < corpus.length / 2, `${taken.length} are harmless`);
  });

  const fuzzed = count(20_000, 1_000_000);
  test(`leads to the shop or nowhere, for ${fuzzed.toLocaleString('en')} more`, (context) => {
    const piece = fc.oneof(fc.constantFrom('/', '\\', '//', '..', '.', '@', ':', '?', '#', '%2f', '%5c', '%2e', '%00', '\t', '\n', '\r', '\u0000', ' ', evil, 'shop.example', 'https:', 'javascript:', 'x', '\u2028', '\uff0f', '\ud800'), fc.string({ unit: 'binary', maxLength: 3 }));
    const figures = { addresses: 0, 'taken as harmless': 0 };
    fc.assert(fc.property(fc.array(piece, { maxLength: 8 }), fc.boolean(), (pieces, isPath) => {
      const location = locationOf(`${isPath ? '/' : ''}${pieces.join('')}`);
      figures.addresses += 1;
      if (location === undefined) return;
      figures['taken as harmless'] += 1;
      assertOnShop(location);
    }), { numRuns: fuzzed, seed });
    tell(context, figures);
  });

  test('is what the bank is told, and the page is sent there after the bank', async (context) => {
    const stubbed = createStubbed();
    context.after(() => stubbed.close());
    await linkStubbed(stubbed, 'budi');
    for (const [index, returnTo] of corpus.filter((_, at) => at % 7 === 0).entries()) {
      const { status, text } = await stubbed.send('budi', '/payments', { orderId: `order-${index}`, returnTo });
      if (locationOf(returnTo) === undefined) {
        assert.deepEqual([status, (JSON.parse(text) as { code: string }).code], [400, 'INVALID_REQUEST'], returnTo);
        continue;
      }
      const { additionalInfo } = JSON.parse(stubbed.calls.at(-1)?.body ?? '{}') as { additionalInfo: Record<'successPaymentUrl' | 'failedPaymentUrl', string> };
      for (const url of [additionalInfo.successPaymentUrl, additionalInfo.failedPaymentUrl]) {
        assert.match(url, /^https:\/\/shop\.example\/allo\/payments\/return\?state=[\w-]{43}(&failed=1)?$/);
        const { headers } = await stubbed.send('budi', url.slice(`${shop}/allo`.length));
        assertOnShop(headers.get('location') ?? '');
      }
    }
  });
});

describe('the way to the bank', () => {
  const pages: readonly string[] = [
    ...starts.map((start) => `${start}${evil}/`), ...['sandbox.doku.com', 'doku.com'].flatMap((host) => [
      `http://${host}/`, `https://${host}.${evil}/`, `https://${evil}/${host}`, `https://${evil}?${host}`, `https://${evil}#${host}`, `https://${host}@${evil}/`, `https://${host}:x@${evil}/`, `https://${evil}@${host}/`, `https://user:x@${host}/`, `https://${host}:444/`, `https://x${host}/`,
      `https://${host}%2e${evil}/`, `https://${host}%00.${evil}/`, `https://${host}\\@${evil}/`, `https://${evil}\\.${host}/`, `https://${host}\u3002${evil}/`, `https://${host}\uff0e${evil}/`, `javascript://${host}/%0aalert(1)`, `//${host}/`, `/${host}`, host, `ftp://${host}/`, `https://${host}.:444/`, `wss://${host}/`, `data:text/html,${host}`,
      `https://${host.replace('o', '\u043e')}/`, `https://${host.replace('o', '0')}/`, `https://${host} .${evil}/`, `https://${host}\t.${evil}/`, `https:${evil}`, `https://[::1]/`, 'https://169.254.169.254/', 'https://127.0.0.1/', `https://${host}\r\nSet-Cookie:a=b/`,
    ]), '', 'null', 'https://', 'https:///', 'https://doku.com.', 'https://xn--doku-.com/', `https://doku.comevil.example/`, `https://evil-doku.com/`, `https://doku.co/`, `https://doku.com.sg/`,
  ];
  const isBank = (url: string): boolean => /^https:\/\/(?:[a-z0-9-]+\.)*doku\.com(?:\/[\x21-\x7e]*)?$/.test(url) && new URL(url).hostname.endsWith('doku.com');
  let stubbed: Stubbed;
  before(() => {
    stubbed = createStubbed({ bankLimits: { failuresToClose: 1_000_000 } });
  });
  after(() => stubbed.close());

  test(`is DOKU’s own host over TLS or none, for each of ${pages.length} pages it may name`, async () => {
    await linkStubbed(stubbed, 'budi');
    for (const [index, url] of pages.entries()) {
      stubbed.answers.set('registration-account-binding', JSON.stringify({ responseCode: '2000700', redirectUrl: url, additionalInfo: { authCode: 'a' } }));
      stubbed.answers.set('payment-host-to-host', JSON.stringify({ responseCode: '2005400', webRedirectUrl: url }));
      const linked = await stubbed.send(`customer-${index}`, '/account/link', { phone: `0813${String(index).padStart(8, '0')}` });
      const paid = await stubbed.send('budi', '/payments', { orderId: `order-${index}` });
      for (const { status, text } of [linked, paid]) {
        const named = /"url":("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
        if (named !== undefined) assert.ok(isBank(JSON.parse(named) as string), `${status}: sends to ${named}`);
      }
    }
    stubbed.answers.clear();
    assert.match((await stubbed.send('budi', '/payments', { orderId: 'order-of-a-good-page' })).text, /"url":"https:\/\/sandbox\.doku\.com\/pay"/);
  });
});

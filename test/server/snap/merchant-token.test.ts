import assert from 'node:assert/strict';
import { createHmac, createSign } from 'node:crypto';
import { describe, it } from 'node:test';
import { encodeUtf8 } from '../../../packages/server/src/snap/encoding.ts';
import { createMerchantTokens } from '../../../packages/server/src/snap/merchant-token.ts';
import type { MerchantTokenAnswer, MerchantTokens, MerchantTokensOptions } from '../../../packages/server/src/snap/merchant-token.ts';
import { asymmetricStringToSign, signAsymmetric } from '../../../packages/server/src/snap/signature.ts';
import { formatTimestamp, parseTimestamp } from '../../../packages/server/src/snap/timestamp.ts';
import type { SnapReply } from '../../../packages/server/src/snap/types.ts';
import { dokuKeys, instant, keys, merchantKeys, random, readVector } from './support.ts';

const grant = '{"grantType":"client_credentials"}';
const clock = { now: instant };

function create(options: Partial<MerchantTokensOptions> = {}): MerchantTokens {
  clock.now = instant;
  return createMerchantTokens({
    clientId: keys.clientId,
    dokuPublicKeys: [dokuKeys.publicKey],
    privateKey: merchantKeys.privateKey,
    publicKeys: [merchantKeys.publicKey],
    now: () => clock.now,
    random,
    ...options,
  });
}

interface Ask {
  clientKey?: string;
  timestamp?: string;
  signature?: string;
  body?: string;
}

const ask = async (tokens: MerchantTokens, wish?: Ask): Promise<SnapReply> => (await answerTo(tokens, wish)).reply;

async function answerTo(tokens: MerchantTokens, { clientKey = keys.clientId, timestamp = formatTimestamp(clock.now), signature, body = grant }: Ask = {}): Promise<MerchantTokenAnswer> {
  const signed = signature ?? (await signAsymmetric(dokuKeys.privateKey, asymmetricStringToSign(clientKey, timestamp)));
  const headers = new Headers({ 'X-CLIENT-KEY': clientKey, 'X-TIMESTAMP': timestamp, 'X-SIGNATURE': signed });
  return tokens.issue({ headers, rawBody: encodeUtf8(body) });
}

const tokenOf = ({ body }: SnapReply): string => String(body['accessToken']);
const segment = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function jwt(header: object, claims: object, privateKey = keys.merchantPrivateKeyPkcs8Pem): string {
  const signed = `${segment(header)}.${segment(claims)}`;
  return `${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`;
}

describe('issue', () => {
  it('gives DOKU a token for the captured request', async () => {
    const { request } = readVector('20-inbound-token-request');
    const tokens = create();
    clock.now = parseTimestamp('2025-03-14T10:16:01+07:00') ?? Number.NaN;
    const { reply, failed } = await tokens.issue({ headers: new Headers(request.headers), rawBody: encodeUtf8(request.bodyUtf8) });
    const { accessToken, ...body } = reply.body;
    assert.deepEqual([reply.status, failed], [200, undefined]);
    assert.equal(reply.headers['X-CLIENT-KEY'], keys.clientId);
    assert.equal(reply.headers['X-TIMESTAMP'], '2025-03-14T10:16:01+07:00');
    assert.deepEqual(body, { responseCode: '2007300', responseMessage: 'Successful', tokenType: 'Bearer', expiresIn: 900, additionalInfo: '' });
    assert.ok(await tokens.verify(String(accessToken), clock.now));
  });

  it('claims no more than 900 seconds, for one audience and one subject, and never twice the same', async () => {
    const tokens = create();
    const [first, second] = [await ask(tokens), await ask(tokens, { timestamp: formatTimestamp(clock.now - 1000) })];
    const claims = JSON.parse(Buffer.from(tokenOf(first).split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
    const { jti, ...others } = claims;
    const iat = instant / 1000;
    assert.deepEqual(others, { iss: 'allo-kit', aud: 'doku-notify', sub: keys.clientId, clientId: keys.clientId, iat, exp: iat + 900 });
    assert.match(String(jti), /^[0-9a-f]{32}$/);
    assert.notEqual(tokenOf(first), tokenOf(second));
  });

  it('says for the log which check failed, and to the sender no more than DOKU documents', async () => {
    const tokens = create();
    const used: Ask = { timestamp: formatTimestamp(clock.now) };
    await ask(tokens, used);
    clock.now += 5001;
    const stray = formatTimestamp(clock.now - 301_000);
    const asked: [Ask, string, string][] = [
      [{ clientKey: 'BRN-other' }, 'client-key', '4017300'],
      [{ timestamp: 'yesterday' }, 'timestamp', '4007301'],
      [{ timestamp: stray }, 'timestamp', '4017300'],
      [{ signature: 'AAAA' }, 'signature', '4017300'],
      [used, 'signature', '4017300'],
      [{ body: '{}' }, 'format', '4007302'],
      [{ body: '{"grantType":"password"}' }, 'format', '4007301'],
    ];
    for (const [wish, check, responseCode] of asked) {
      const { reply, failed } = await answerTo(tokens, wish);
      assert.deepEqual([failed, reply.body['responseCode']], [check, responseCode], JSON.stringify(wish));
    }
  });

  it('issues nothing for a replay, for as long as its timestamp is let in', async () => {
    const tokens = create();
    const timestamp = formatTimestamp(clock.now + 300_000);
    assert.equal((await ask(tokens, { timestamp })).status, 200);
    for (const later of [5001, 300_000, 599_000, 600_000, 601_000]) {
      clock.now = instant + later;
      const reply = await ask(tokens, { timestamp });
      assert.equal(reply.status, 401);
      assert.equal(reply.body['responseCode'], '4017300');
    }
  });

  it('answers two requests of one second, which look the same, with one token', async () => {
    const tokens = create();
    const replies = await Promise.all(Array.from({ length: 50 }, () => ask(tokens)));
    assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]));
    assert.equal(new Set(replies.map(tokenOf)).size, 1);
  });

  const refusals: Record<string, [Ask, string]> = {
    'another client key, well signed': [{ clientKey: 'BRN-9999-1' }, '4017300'],
    'an empty client key': [{ clientKey: '' }, '4017300'],
    'no signature': [{ signature: '' }, '4017300'],
    'a signature of another time': [{ signature: readVector('20-inbound-token-request').signature }, '4017300'],
    'a request of six minutes ago': [{ timestamp: formatTimestamp(instant - 301_000) }, '4017300'],
    'a request of the future': [{ timestamp: formatTimestamp(instant + 301_000) }, '4017300'],
    'a malformed timestamp': [{ timestamp: '14/03/2025' }, '4007301'],
    'no timestamp': [{ timestamp: '' }, '4007301'],
    'no grant type': [{ body: '{}' }, '4007302'],
    'a null grant type': [{ body: '{"grantType":null}' }, '4007302'],
    'another grant type': [{ body: '{"grantType":"password"}' }, '4007301'],
    'an empty grant type': [{ body: '{"grantType":""}' }, '4007302'],
    'no JSON': [{ body: 'grantType=client_credentials' }, '4007302'],
    'a body above 1 KiB': [{ body: `${grant}${' '.repeat(1024)}` }, '4007302'],
  };
  for (const [what, [changes, responseCode]] of Object.entries(refusals)) {
    it(`refuses ${what} with ${responseCode}`, async () => {
      const { status, body } = await ask(create(), changes);
      assert.equal(status, Number(responseCode.slice(0, 3)));
      assert.equal(body['responseCode'], responseCode);
      assert.equal(body['accessToken'], undefined);
    });
  }

  it('reads a body of just 1 KiB', async () => {
    assert.equal((await ask(create(), { body: grant.padEnd(1024) })).status, 200);
    assert.equal((await ask(create(), { body: grant.padEnd(1025) })).status, 400);
  });

  it('lets in what is just five minutes old or early', async () => {
    for (const timestamp of [formatTimestamp(instant - 300_000), formatTimestamp(instant + 300_000)]) assert.equal((await ask(create(), { timestamp })).status, 200);
  });

  it('refuses the merchant’s own signature in place of DOKU’s', async () => {
    const timestamp = formatTimestamp(instant);
    const signature = await signAsymmetric(merchantKeys.privateKey, asymmetricStringToSign(keys.clientId, timestamp));
    assert.equal((await ask(create(), { timestamp, signature })).status, 401);
  });

  it('lets in the client keys that it is told to, and DOKU’s previous public key', async () => {
    const tokens = create({ clientKeys: ['DOKU-1'], dokuPublicKeys: [merchantKeys.publicKey, dokuKeys.publicKey] });
    assert.equal((await ask(tokens, { clientKey: 'DOKU-1' })).status, 200);
    assert.equal((await ask(tokens)).status, 401);
  });

  it('is for no client without an id', () => {
    for (const clientId of ['', 'BRN 1']) assert.throws(() => create({ clientId }), /^TypeError: clientId must be/);
  });

  it('refuses a life of more than 900 seconds', () => {
    for (const ttlSeconds of [1, 900]) assert.ok(create({ ttlSeconds }));
    for (const ttlSeconds of [0, -1, 901, 1.5, Number.NaN]) assert.throws(() => create({ ttlSeconds }), TypeError);
  });
});

describe('verify', () => {
  const iat = instant / 1000;
  const header = { alg: 'RS256', typ: 'JWT' };
  const claims = { iss: 'allo-kit', aud: 'doku-notify', sub: keys.clientId, iat, exp: iat + 900 };

  it('accepts a token of ours until it expires', async () => {
    const tokens = create();
    const token = tokenOf(await ask(tokens));
    assert.ok(await tokens.verify(token, instant));
    assert.ok(await tokens.verify(token, instant + 899_999));
    assert.equal(await tokens.verify(token, instant + 900_000), false);
    assert.ok(await tokens.verify(token, instant - 300_000));
    assert.equal(await tokens.verify(token, instant - 300_001), false);
  });

  it('accepts a token that another process of the merchant issued, also under its previous key', async () => {
    const token = tokenOf(await ask(create()));
    assert.ok(await create({ publicKeys: [dokuKeys.publicKey, merchantKeys.publicKey] }).verify(token, instant));
    assert.equal(await create({ publicKeys: [dokuKeys.publicKey] }).verify(token, instant), false);
  });

  it('accepts the form that the forgeries below start from', async () => assert.ok(await create().verify(jwt(header, claims), instant)));

  const { exp, aud, sub, iss } = claims;
  const forgeries: Record<string, string> = {
    'the algorithm none': `${segment({ alg: 'none' })}.${segment(claims)}.`,
    'the algorithm none, yet signed': jwt({ alg: 'none' }, claims),
    'HMAC under our public key': ((): string => {
      const signed = `${segment({ alg: 'HS256' })}.${segment(claims)}`;
      return `${signed}.${createHmac('sha256', keys.merchantPublicKeySpkiPem).update(signed).digest('base64url')}`;
    })(),
    'another key': jwt(header, claims, keys.dokuPrivateKeyPkcs8Pem),
    'no expiry': jwt(header, { iss, aud, sub, iat }),
    'no time of issue': jwt(header, { iss, aud, sub, exp }),
    'a time of issue as a text': jwt(header, { ...claims, iat: String(iat) }),
    'an expiry as a text': jwt(header, { ...claims, exp: String(exp) }),
    'a life of more than 900 seconds': jwt(header, { ...claims, exp: exp + 1 }),
    'another audience': jwt(header, { ...claims, aud: 'doku' }),
    'a list of audiences': jwt(header, { ...claims, aud: [aud] }),
    'another subject': jwt(header, { ...claims, sub: 'BRN-1' }),
    'no subject': jwt(header, { iss, aud, iat, exp }),
    'another issuer': jwt(header, { ...claims, iss: 'DOKU' }),
    'DOKU’s own token': keys.tokens.b2bIssuedByDoku,
    'an altered claim': jwt(header, claims).replace(segment(claims), segment({ ...claims, jti: '1' })),
    'a fourth part': `${jwt(header, claims)}.x`,
    'padding': `${jwt(header, claims)}=`,
    nothing: '',
    junk: 'a.b.c',
  };
  for (const [what, token] of Object.entries(forgeries)) {
    it(`refuses ${what}`, async () => assert.equal(await create().verify(token, instant), false));
  }
});

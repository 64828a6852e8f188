/**
 * Ways to get a notification believed without being DOKU, each a hair's breadth from the real thing. A forger here may
 * know more than a real one: even with the secret key, a wrong token, path or time is not enough.
 */
import { createHash, createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { clientId, dokuKeys, merchantKeys, secretKey } from '../../server/support/credentials.ts';
import { jakartaTime } from '../../server/support/doku.ts';
import { claimsAt, forgeToken, pathOf, sha256, sign, stringToSign, write } from './doku-pen.ts';
import type { Letter, Pen } from './doku-pen.ts';

/** What forgers work with. */
export interface Desk {
  /** An honest body: status 03 of a payment that is open. */
  body: string;
  /** The same with the reference of another customer's payment. */
  othersBody: string;
  token: string;
  otherToken: string;
  nowMs: number;
}

/** Draws numbers from 0 (inclusive) to `below` (exclusive). */
export type Draw = (below: number) => number;

/** Undefined if what came out is the real thing after all. */
export type Forgery = (desk: Desk, draw: Draw) => Letter | undefined;

const strangerKeys = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });

const honest = ({ body, token, nowMs }: Desk): Letter => write(body, { token, sentAt: nowMs });

const pick = <Item>(from: readonly [Item, ...Item[]], draw: Draw): Item => from[draw(from.length)] ?? from[0];

function setHeader(letter: Letter, name: string, ...values: string[]): Letter {
  return { ...letter, headers: [...letter.headers.filter(([known]) => known !== name), ...values.map((value): [string, string] => [name, value])] };
}

const header = (letter: Letter, name: string): string => letter.headers.find(([known]) => known === name)?.[1] ?? '';

/** One bit of one letter, so that it still is a letter. */
function flipLetter(text: string, draw: Draw): string | undefined {
  const at = draw(text.length);
  const flipped = text.charCodeAt(at) ^ (1 << draw(7));
  return flipped > 0x20 && flipped < 0x7f ? text.slice(0, at) + String.fromCharCode(flipped) + text.slice(at + 1) : undefined;
}

const flipHeader = (name: string, flip: (text: string, draw: Draw) => string | undefined = flipLetter): Forgery => (desk, draw) => {
  const letter = honest(desk);
  const changed = flip(header(letter, name), draw);
  return changed === undefined ? undefined : setHeader(letter, name, changed);
};

/** The scheme may be spelled any way (RFC 9110); the token may not. */
const flipToken = (text: string, draw: Draw): string | undefined => {
  const flipped = flipLetter(text.slice('Bearer '.length), draw);
  return flipped && `Bearer ${flipped}`;
};

const withSignature = (make: (desk: Desk, draw: Draw, letter: Letter) => string): Forgery => (desk, draw) => {
  const letter = honest(desk);
  return setHeader(letter, 'x-signature', make(desk, draw, letter));
};

const penOf = ({ body, token, nowMs }: Desk): Pen => ({ token, bodyHash: sha256(body), timestamp: jakartaTime(nowMs) });

const misspelled = (change: (pen: Pen, desk: Desk, draw: Draw) => Partial<Pen>): Forgery => withSignature((desk, draw) => {
  const pen = penOf(desk);
  return sign({ ...pen, ...change(pen, desk, draw) });
});

const spoiled = (spoil: (signature: string, draw: Draw) => string): Forgery => withSignature((_, draw, letter) => spoil(header(letter, 'x-signature'), draw));

/** A body that is not the signed one. */
const swapped = (change: (desk: Desk, draw: Draw) => string | Uint8Array): Forgery => (desk, draw) => {
  const body = new Uint8Array(Buffer.from(change(desk, draw)));
  return { ...honest(desk), body };
};

/** Signed in full, but with a token that is none. */
const withToken = (make: (desk: Desk, draw: Draw) => string): Forgery => (desk, draw) => write(desk.body, { token: make(desk, draw), sentAt: desk.nowMs });

const withTime = (make: (desk: Desk, draw: Draw) => string): Forgery => (desk, draw) => write(desk.body, { token: desk.token, sentAt: desk.nowMs, timestamp: make(desk, draw) });

function flipBody({ body }: Desk, draw: Draw): Buffer {
  const bytes = Buffer.from(body);
  const at = draw(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << draw(8));
  return bytes;
}

const withoutBlanks = (body: string): string => body.replaceAll(' ', '');

const digits = '0123456789';
const wide = (text: string): string => text.replace(/\d/, (digit) => '０１２３４５６７８９'[digits.indexOf(digit)] ?? digit);

function badTokens({ nowMs }: Desk): [string, ...string[]] {
  const claims = claimsAt(nowMs);
  const endless = Object.fromEntries(Object.entries(claims).filter(([name]) => name !== 'exp'));
  const hmacWith = (algorithm: string, key: string) => (signed: string): string => createHmac(algorithm, key).update(signed).digest('base64url');
  const rsaWith = (algorithm: string) => (signed: string): string => createSign(algorithm).update(signed).sign(merchantKeys.privateKey, 'base64url');
  const headers = (alg: string, more: object = {}) => ({ alg, typ: 'JWT', ...more });
  return [
    forgeToken({ claims, key: strangerKeys.privateKey }), forgeToken({ claims, key: dokuKeys.privateKey }),
    ...['none', 'None', 'NONE', 'nOnE', ''].map((alg) => forgeToken({ claims, header: headers(alg), seal: () => '' })),
    ...['none', 'HS256'].map((alg) => forgeToken({ claims, header: headers(alg) })),
    ...[merchantKeys.publicKey, merchantKeys.publicKey.trim(), secretKey, '', clientId].map((key) => forgeToken({ claims, header: headers('HS256'), seal: hmacWith('sha256', key) })),
    ...[merchantKeys.publicKey, secretKey].map((key) => forgeToken({ claims, seal: hmacWith('sha256', key) })),
    forgeToken({ claims, header: headers('HS512'), seal: hmacWith('sha512', secretKey) }),
    forgeToken({ claims, header: headers('RS512'), seal: rsaWith('RSA-SHA512') }), forgeToken({ claims, seal: rsaWith('RSA-SHA512') }), forgeToken({ claims, header: headers('PS256') }),
    forgeToken({ claims, header: { typ: 'JWT' } }), forgeToken({ claims, header: [] }),
    forgeToken({ claims, header: headers('RS256', { jwk: { kty: 'RSA' }, kid: '../../etc/passwd', jku: 'https://evil.example' }), key: strangerKeys.privateKey }),
    forgeToken({ claims: endless }), forgeToken({ claims: { ...claims, exp: null } }), forgeToken({ claims: { ...claims, exp: String(claims.exp) } }), forgeToken({ claims: { ...claims, exp: claims.iat + 901 } }),
    forgeToken({ claims: { ...claims, exp: 1e300 } }), forgeToken({ claims: { ...claims, iat: claims.iat - 1000, exp: claims.iat - 100 } }), forgeToken({ claims: { ...claims, iat: claims.iat + 400, exp: claims.exp + 400 } }),
    forgeToken({ claims: { ...claims, aud: 'other' } }), forgeToken({ claims: { ...claims, aud: ['doku-notify'] } }), forgeToken({ claims: { ...claims, sub: 'BRN-0000-0000000000000' } }), forgeToken({ claims: { ...claims, iss: 'other' } }),
    forgeToken({ claims: `{"iss":"allo-kit",${JSON.stringify(claims).slice(1)}` }), forgeToken({ claims: '[]' }), forgeToken({ claims: 'null' }), forgeToken({ claims: '{' }), forgeToken({ claims: { __proto__: claims } }),
    `${forgeToken({ claims })}.`, `.${forgeToken({ claims })}`, `${forgeToken({ claims })}=`, forgeToken({ claims }).split('.').slice(0, 2).join('.'), 'x', '..', 'null', clientId, 'x'.repeat(5000),
  ];
}

let bad: [string, ...string[]] | undefined;

const otherStrings: readonly [(pen: Pen) => string, ...((pen: Pen) => string)[]] = [
  (pen) => stringToSign(pen).replaceAll(':', '|'), (pen) => stringToSign(pen).toLowerCase(), (pen) => stringToSign(pen).toUpperCase(), (pen) => stringToSign(pen).slice('POST:'.length), (pen) => stringToSign(pen).split(':').slice(0, 4).join(':'),
  (pen) => `${stringToSign(pen)}:`, (pen) => stringToSign(pen).split(':').reverse().join(':'), (pen) => `${clientId}|${pen.timestamp}`, (pen) => `${clientId}:${stringToSign(pen)}`, () => '', (pen) => pen.bodyHash, (pen) => `Client-Id:${clientId}\nRequest-Timestamp:${pen.timestamp}`,
];

export const forgeries: Readonly<Record<string, Forgery>> = {
  'one bit of the signature': flipHeader('x-signature'),
  'one bit of the signature’s bytes': spoiled((signature, draw) => {
    const bytes = Buffer.from(signature, 'base64');
    const at = draw(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << draw(8));
    return bytes.toString('base64');
  }),
  'the signature spelled another way': spoiled((signature, draw) => pick([
    signature.toLowerCase(), signature.toUpperCase(), signature.slice(0, -1), signature.slice(0, -2), `${signature}=`, `=${signature}`, `${signature.slice(0, 40)} ${signature.slice(40)}`, signature.slice(0, 44), `${signature}${signature}`,
    Buffer.from(signature, 'base64').toString('hex'), Buffer.from(signature).toString('base64'), '', 'null', '='.repeat(88), 'A'.repeat(88), 'é', `"${signature}"`,
  ], draw)),
  'the signature of another key': misspelled((_, __, draw) => ({ key: pick(['', ' ', secretKey.toLowerCase(), `${secretKey} `, secretKey.slice(0, -1), `${secretKey}a`, clientId, sha256(secretKey), Buffer.from(secretKey).toString('base64'), 'SK-SOMEBODYELSE00000000', merchantKeys.publicKey], draw) })),
  'another algorithm': withSignature((desk, draw) => {
    const text = stringToSign(penOf(desk));
    const make = pick(['sha256', 'sha384', 'sha1', 'sha3-512', 'bare'], draw);
    return make === 'bare' ? createHash('sha512').update(text).digest('base64') : createHmac(make, secretKey).update(text).digest('base64');
  }),
  'an RSA signature': withSignature((desk, draw) => createSign('RSA-SHA256').update(pick([stringToSign(penOf(desk)), `${clientId}|${jakartaTime(desk.nowMs)}`], draw)).sign(pick([strangerKeys.privateKey, dokuKeys.privateKey, merchantKeys.privateKey], draw), 'base64')),
  'another string signed': withSignature((desk, draw) => createHmac('sha512', secretKey).update(pick(otherStrings, draw)(penOf(desk))).digest('base64')),
  'another method signed': misspelled((_, __, draw) => ({ method: pick(['GET', 'PUT', 'post', 'Post', ''], draw) })),
  'another path signed': misspelled((_, __, draw) => ({ path: pick(['', '/', '/doku/notifications/payment', pathOf('binding'), `${pathOf('payment')}/`, `${pathOf('payment')}?x=1`, `https://shop.example${pathOf('payment')}`, pathOf('payment').toUpperCase(), `/${pathOf('payment')}`, '/v1.0/debit/notify', pathOf('payment').replace('payment', '%70ayment')], draw) })),
  'one bit of the signed path': (desk, draw) => {
    const path = flipLetter(pathOf('payment'), draw);
    return path === undefined ? undefined : setHeader(honest(desk), 'x-signature', sign({ ...penOf(desk), path }));
  },
  'another token signed': misspelled((pen, desk, draw) => ({ token: pick([desk.otherToken, '', `Bearer ${pen.token}`, pen.token.slice(0, -1), pen.token.toLowerCase()], draw) })),
  'another hash signed': misspelled((pen, desk, draw) => ({ bodyHash: pick([pen.bodyHash.toUpperCase(), sha256(''), sha256(`${desk.body}\n`), sha256(withoutBlanks(desk.body)), sha256(desk.othersBody), desk.body, Buffer.from(pen.bodyHash, 'hex').toString('base64'), createHash('sha512').update(desk.body).digest('hex'), ''], draw) })),
  'another time signed': misspelled((_, { nowMs }, draw) => ({ timestamp: pick([jakartaTime(nowMs - 1000), jakartaTime(nowMs + 1000), new Date(nowMs).toISOString(), '', String(nowMs)], draw) })),
  'one bit of the body': (desk, draw) => {
    const body = flipBody(desk, draw);
    // Another spelling of the same value is not another message (dossier 2.5).
    return isSame(body.toString(), desk.body) ? undefined : { ...honest(desk), body: new Uint8Array(body) };
  },
  'another amount': swapped(({ body }, draw) => body.replace(/"value":"[^"]+"/, `"value":"${draw(1_000_000)}.${String(draw(100)).padStart(2, '0')}"`).replace('"value":"125000.00"', '"value":"125000.01"')),
  'paid instead of pending': swapped(({ body }) => body.replace('"latestTransactionStatus":"03"', '"latestTransactionStatus":"00"')),
  'another customer’s payment': swapped(({ othersBody }) => othersBody),
  'its members in another order': swapped(({ body }, draw) => {
    const members = Object.entries(JSON.parse(body) as object);
    return JSON.stringify(Object.fromEntries([...members.slice(1 + draw(members.length - 1)), ...members].filter(([name], at, all) => all.findIndex(([one]) => one === name) === at)));
  }),
  'a name twice': swapped(({ body }, draw) => pick([body.replace('{', '{"latestTransactionStatus":"00",'), `${body.slice(0, -1)},"latestTransactionStatus":"00"}`, body.replace('"amount":{', '"amount":{"value":"1.00",')], draw)),
  'a name twice, and signed in full': ({ body, token, nowMs }, draw) => write(pick([body.replace('{', '{"latestTransactionStatus":"00",'), `${body.slice(0, -1)},"latestTransactionStatus":"\\u0030\\u0030"}`, body.replace('{', '{"\\u006catestTransactionStatus":"00",')], draw), { token, sentAt: nowMs }),
  'blanks inside a text': swapped(({ body }, draw) => {
    const places = Array.from(body.matchAll(/(?<=:"[^"]*)(?=[^"]+")/g), ({ index }) => index);
    const at = places[draw(places.length)] ?? 0;
    return `${body.slice(0, at)}${pick([' ', '\\u0020', '\\n', '\u00a0'], draw)}${body.slice(at)}`;
  }),
  'without the blanks inside texts': swapped(({ body }) => withoutBlanks(body)),
  'bytes before or after': swapped(({ body }, draw) => pick([`\ufeff${body}`, `${body}\u0000`, `\u0000${body}`, `${body}x`, `${body}{}`, body.slice(0, -1), body.slice(1), '', `[${body}]`, `${body},`, `)]}'\n${body}`], draw)),
  'look-alikes': swapped(({ body }, draw) => pick([wide(body), body.replace('0', 'O'), body.replace('a', 'а'), body.replace('"value":"125000.00"', '"value":125000.00'), body.replace('"value"', '"Value"'), body.replace('"IDR"', '"IDR\\u0000"'), body.toUpperCase()], draw)),
  'a number spelled another way': swapped(({ body }, draw) => body.replace('"quantity":1', `"quantity":${pick(['1.0', '1e0', '10e-1', '-1', '1.00000'], draw)}`)),
  'one bit of the timestamp': flipHeader('x-timestamp'),
  'the same instant in other words': (desk) => setHeader(honest(desk), 'x-timestamp', new Date(desk.nowMs).toISOString()),
  'a time that is no time': withTime(({ nowMs }, draw) => pick(['', 'now', String(nowMs), jakartaTime(nowMs).slice(0, 19), jakartaTime(nowMs).replace('T', ' '), jakartaTime(nowMs).toLowerCase(), '2026-02-30T00:00:00+07:00', `${jakartaTime(nowMs)} `.trimStart().replace('+', ' '), jakartaTime(nowMs).replace('+07:00', '+0700')], draw)),
  'a time to come': withTime(({ nowMs }, draw) => jakartaTime(nowMs + 301_000 + draw(86_400_000))),
  'a time long gone': (desk, draw) => {
    const sentAt = desk.nowMs - 13 * 3_600_000 - 1000 - draw(86_400_000);
    return write(desk.body, { token: pick([desk.token, forgeToken({ claims: claimsAt(sentAt) })], draw), sentAt });
  },
  'one bit of the token': flipHeader('authorization', flipToken),
  'one bit of the token, and signed with it': (desk, draw) => {
    const token = flipLetter(desk.token, draw);
    return token === undefined ? undefined : write(desk.body, { token, sentAt: desk.nowMs });
  },
  'a token that is not ours': withToken((desk, draw) => pick((bad ??= badTokens(desk)), draw)),
  'no token, or two': (desk, draw) => {
    const authorization = `Bearer ${desk.token}`;
    const values = pick([[], [''], ['Bearer'], ['Bearer '], [desk.token], [`Basic ${desk.token}`], [`Bearer  ${desk.token}`], [authorization, authorization], [authorization, 'Bearer x'], [`${authorization},`], [`${authorization} x`], [`Token ${authorization}`]], draw);
    return setHeader(honest(desk), 'authorization', ...values);
  },
  'another partner': (desk, draw) => setHeader(honest(desk), 'x-partner-id', ...pick<string[]>([[], [''], ['BRN-0000-0000000000000'], [clientId.toLowerCase()], [`${clientId}0`], [clientId.slice(0, -1)], [clientId, clientId], [`${clientId},`], ['*']], draw)),
  'one bit of the partner': flipHeader('x-partner-id'),
  'a header twice': (desk, draw) => {
    const letter = honest(desk);
    const name = pick(['x-signature', 'x-timestamp', 'authorization', 'x-partner-id'], draw);
    const value = header(letter, name);
    return setHeader(letter, name, ...pick<string[]>([[value, value], [value, 'x'], ['x', value], ['', value]], draw));
  },
  'a header missing': (desk, draw) => setHeader(honest(desk), pick(['x-signature', 'x-timestamp', 'authorization', 'x-partner-id'], draw)),
  'sent to the other door': (desk) => ({ ...honest(desk), kind: 'binding' }),
  'a query that was not signed': (desk, draw) => ({ ...honest(desk), query: pick(['?x=1', '?path=/allo', '?%70=1', '?&', '?/'], draw) }),
  'a signed query left out': (desk, draw) => setHeader(honest(desk), 'x-signature', sign({ ...penOf(desk), path: `${pathOf('payment')}${pick(['?x=1', '?'], draw)}` })),
};

function isSame(one: string, other: string): boolean {
  try {
    return JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other));
  } catch {
    return false;
  }
}

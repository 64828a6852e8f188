/**
 * Requests made from the OpenAPI document: each is a good one for some operation, with up to three things wrong with
 * it. Plain data, so that one that went wrong can be kept in `regressions.json`. In its texts `{{order 3}}` and the
 * like stand for what exists in the world it is sent to.
 */
import fc from 'fast-check';
import { canary } from './canaries.ts';
import { headerText, hostileTexts, json, strangeBodies, text } from './hostile.ts';
import { openApi, resolve } from './openapi.ts';

export type FuzzBody =
  | { kind: 'text'; text: string }
  | { kind: 'bytes'; base64: string }
  /** One text over and over, in one piece. */
  | { kind: 'repeated'; text: string; times: number }
  /** In pieces and without a length; one that breaks ends in an error. */
  | { kind: 'stream'; chunk: string; chunks: number; breaks: boolean };

export interface FuzzRequest {
  /** Who is signed in. */
  as: string;
  method: string;
  /** Below the base path, with the query. */
  path: string;
  headers: [string, string][];
  body?: FuzzBody;
  /** DOKU signs it; what is in `headers` stands in place of what DOKU would send. */
  signed?: 'token' | 'payment' | 'binding';
}

/** Two who pay, one who links and unlinks, one whom the bank has forgotten, one with a wrong number, nobody, and the back office. */
const payers = fc.constantFrom('budi', 'siti');
const others = fc.constantFrom('ayu', 'wati', 'dewi', 'nobody', 'office');
const people = fc.oneof({ weight: 3, arbitrary: payers }, { weight: 2, arbitrary: others });

/** Who mostly asks for it: what the payers pay with must not be gone all the time. */
const askers: Readonly<Record<string, fc.Arbitrary<string>>> = {
  beginRefund: fc.oneof({ weight: 2, arbitrary: fc.constant('office') }, { weight: 1, arbitrary: people }),
  refundTransferred: fc.oneof({ weight: 4, arbitrary: fc.constant('office') }, { weight: 1, arbitrary: people }),
  endLink: fc.oneof({ weight: 1, arbitrary: payers }, { weight: 12, arbitrary: others }),
};

type Schema = { $ref: string } | { type?: string; enum?: readonly string[]; const?: string; properties?: Record<string, Schema>; required?: readonly string[] };

const number = fc.nat({ max: 119 });

/** What an honest client would put where the document names it. */
const honest: Readonly<Record<string, fc.Arbitrary<string>>> = {
  orderId: fc.oneof({ weight: 8, arbitrary: number.map((n) => `{{order ${n}}}`) }, { weight: 1, arbitrary: number.map((n) => `{{other order ${n}}}`) }),
  paymentId: fc.oneof({ weight: 4, arbitrary: number.map((n) => `{{payment ${n}}}`) }, { weight: 1, arbitrary: number.map((n) => `{{other payment ${n}}}`) }),
  phone: fc.constantFrom('{{phone}}', '+62 812-0000-0001', '081200000002', '6281200000003', '0215550123'),
  returnTo: fc.constantFrom('/', '/checkout?order=7#pay', '/orders/{{order 1}}', '//evil.example', '/\\evil.example'),
  reason: fc.constantFrom('customer request', '', 'x'.repeat(400)),
  state: number.map((n) => `{{state ${n}}}`),
  failed: fc.constantFrom('1', ''),
  originalPartnerReferenceNo: fc.oneof(number.map((n) => `{{reference ${n}}}`), fc.constant('A'.repeat(32))),
  // Nothing here claims that the bank took money which it did not take: that would be a lying bank, not a hostile request.
  latestTransactionStatus: fc.constantFrom('01', '02', '03', '07', '99', '3'),
  originalExternalId: fc.oneof({ weight: 3, arbitrary: number.map((n) => `{{link ${n}}}`) }, { weight: 1, arbitrary: fc.constantFrom('1'.repeat(20), '') }),
  value: fc.constantFrom('125000.00', '125000.01', '0.00', '1e3', '-1.00'),
  currency: fc.constantFrom('IDR', 'USD', 'idr'),
};

function honestValue(name: string, given: Schema): fc.Arbitrary<unknown> {
  const schema = resolve(given);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.properties !== undefined) return honestObject(schema.properties, schema.required ?? []);
  return honest[name] ?? fc.constantFrom(...hostileTexts);
}

function honestObject(properties: Record<string, Schema>, required: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const members = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, honestValue(name, schema)]));
  return fc.record(members, { requiredKeys: [...required] });
}

const operations = Object.entries(openApi.paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation: operation })));

const signatures: Readonly<Record<string, 'token' | 'payment' | 'binding'>> = { issueToken: 'token', notifyOfPayment: 'payment', notifyOfLink: 'binding' };

/** The headers of a page of the shop, and of DOKU's server, are the world's to fill in. */
const pageHeaders: [string, string][] = [['content-type', 'application/json'], ['allo-contract', '1'], ['origin', '{{origin}}']];

const keys = fc.oneof({ weight: 3, arbitrary: number.map((n) => `{{fresh}}-fuzz-key-${n}`) }, { weight: 1, arbitrary: fc.nat({ max: 30 }).map((n) => `known-fuzz-key-number-${n}`) });

/** A request as the document asks for it. */
function documented({ path, method, operation }: (typeof operations)[number]): fc.Arbitrary<FuzzRequest> {
  const parameters = (operation.parameters ?? []).map((parameter) => resolve<{ name: string; in: string }>(parameter));
  const inAddress = parameters.filter((parameter) => parameter.in !== 'header').map((parameter) => parameter.name);
  const schema = operation.requestBody?.content['application/json']?.schema as Schema | undefined;
  const signed = signatures[operation.operationId];
  return fc.record({
    as: askers[operation.operationId] ?? people,
    values: fc.record(Object.fromEntries(inAddress.map((name) => [name, honest[name] ?? text]))),
    body: schema === undefined ? fc.constant(undefined) : honestValue('', schema),
    key: keys,
  }).map(({ as, values, body, key }) => {
    const query = Object.entries(values).filter(([name]) => !path.includes(`{${name}}`)).map(([name, value]) => `${name}=${value}`).join('&');
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
    return {
      as, method, path: query === '' ? filled : `${filled}?${query}`,
      headers: signed !== undefined ? [] : [...(method === 'GET' ? [] : pageHeaders), ...(path.startsWith('/payments') && method === 'POST' ? [['idempotency-key', key] satisfies [string, string]] : [])],
      ...(body !== undefined && { body: { kind: 'text' as const, text: JSON.stringify(body) } }),
      ...(signed !== undefined && { signed }),
    };
  });
}

type Twist = (request: FuzzRequest) => FuzzRequest;

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'PROPFIND', 'FOO', 'patch', 'post'];
const headerNames = [
  'content-type', 'allo-contract', 'origin', 'idempotency-key', 'cookie', 'content-length', 'transfer-encoding', 'sec-fetch-site', 'x-forwarded-for', 'forwarded', 'host', 'user-agent', 'accept',
  'authorization', 'x-signature', 'x-timestamp', 'x-partner-id', 'x-client-key', 'x-external-id', 'x-http-method-override', 'access-control-request-method', 'x-request-id', 'expect', 'range', 'if-none-match',
];

const withHeaders = (change: (headers: [string, string][]) => [string, string][]): Twist => (request) => ({ ...request, headers: change(request.headers) });

/** A member of an honest body becomes something else, or another one comes to it. */
const bodyTwist = fc.tuple(fc.constantFrom('orderId', 'returnTo', 'phone', 'instrument', 'reason', 'amount', '__proto__', 'constructor', 'originalPartnerReferenceNo', 'latestTransactionStatus', 'additionalInfo', 'grantType'), json)
  .map(([name, value]): Twist => (request) => {
    const plain = request.body?.kind === 'text' && request.body.text.startsWith('{') ? request.body.text.slice(1, -1) : '';
    const member = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
    return { ...request, body: { kind: 'text', text: `{${plain === '' ? member : `${plain},${member}`}}` } };
  });

/** As {@link bodyTwist}, and no name stands twice in the body. */
const memberTwist = fc.tuple(fc.nat({ max: 3 }), json).map(([index, value]): Twist => (request) => {
  const body = request.body?.kind === 'text' ? parseObject(request.body.text) : {};
  const name = Object.keys(body)[index];
  return name === undefined ? request : { ...request, body: { kind: 'text', text: JSON.stringify({ ...body, [name]: value }) } };
});

function parseObject(body: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(body)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

const otherBody: fc.Arbitrary<FuzzBody> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...strangeBodies).map((body) => ({ kind: 'text' as const, text: body })) },
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => ({ kind: 'bytes' as const, base64: Buffer.from(bytes).toString('base64') })) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeated' as const), text: fc.constantFrom(' ', 'x', '{"a":', '\u0000', '€'), times: fc.constantFrom(16 * 1024, 64 * 1024, 70_000) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('stream' as const), chunk: fc.constantFrom('{', '{}', '{"orderId":"{{order 1}}"}', 'x'.repeat(1024)), chunks: fc.constantFrom(0, 1, 2, 3, 20, 200), breaks: fc.boolean() }) },
);

const spellings: readonly ((path: string) => string)[] = [
  (path) => `${path}/`, (path) => `/${path}`, (path) => path.toUpperCase(), (path) => path.replace('a', '%61'), (path) => path.replace('/', '/%2e%2e/'), (path) => path.replace(/\/$/, '%2f'),
  (path) => `${path};x=1`, (path) => `${path}%00`, (path) => `${path}%ff`, (path) => `${path}%`, (path) => `${path}\\`, (path) => `${path}#x`, (path) => `${path}?`, (path) => `${path}?state=%zz&state=${canary}`,
  (path) => `${path}/${'x'.repeat(9000)}`, (path) => `${path}/é😀`, (path) => `/.${path}`, (path) => `/..${path}`, (path) => `${path}/__proto__`, (path) => `${path}//${path}`, () => '', () => '/', () => '/*',
];

const twist: fc.Arbitrary<Twist> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...methods).map((method): Twist => (request) => ({ ...request, method })) },
  { weight: 3, arbitrary: fc.constantFrom(...spellings).map((spell): Twist => (request) => ({ ...request, path: spell(request.path) })) },
  { weight: 2, arbitrary: text.map((piece): Twist => (request) => ({ ...request, path: request.path.replace(/[^/=]*$/, piece) })) },
  { weight: 1, arbitrary: text.map((piece): Twist => (request) => ({ ...request, path: request.path.replace(/[^/=]*$/, encodeURIComponent(piece.toWellFormed())) })) },
  { weight: 3, arbitrary: fc.nat({ max: 5 }).map((index) => withHeaders((headers) => headers.filter((_, at) => at !== index))) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...headerNames), headerText).map(([name, value]) => withHeaders((headers) => [...headers.filter(([known]) => known !== name), [name, value]])) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...headerNames), headerText).map(([name, value]) => withHeaders((headers) => [...headers, [name, value]])) },
  { weight: 3, arbitrary: bodyTwist },
  { weight: 5, arbitrary: memberTwist },
  { weight: 3, arbitrary: otherBody.map((body): Twist => (request) => ({ ...request, body })) },
  { weight: 1, arbitrary: fc.constant<Twist>((request) => ({ ...request, body: { kind: 'text', text: `${request.body?.kind === 'text' ? request.body.text : ''}${' '.repeat(64 * 1024)}` } })) },
  { weight: 1, arbitrary: fc.constant<Twist>((request) => ({ ...request, signed: 'payment', path: '/doku/notifications/payment', method: 'POST' })) },
);

/** By the first word of the path. */
const weights: Readonly<Record<string, number>> = { health: 1, payments: 10 };

export const request: fc.Arbitrary<FuzzRequest> = fc.tuple(
  fc.oneof(...operations.map((operation) => ({ weight: weights[operation.path.split('/')[1] ?? ''] ?? 4, arbitrary: documented(operation) }))),
  fc.oneof({ weight: 1, arbitrary: fc.constant<Twist[]>([]) }, { weight: 2, arbitrary: fc.array(twist, { minLength: 1, maxLength: 3 }) }),
).map(([good, twists]) => twists.reduce((changed, change) => change(changed), good));

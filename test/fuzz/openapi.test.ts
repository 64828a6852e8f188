/**
 * The OpenAPI document against the two things it must agree with: the types of the contract, read by the TypeScript
 * compiler, and the routes of the handler. That real answers are in it, `handler.test.ts` and every test world show.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { contractHeader, contractVersion, idempotencyHeader, paths } from '../../packages/server/src/contract.ts';
import { problemKinds } from '../../packages/server/src/errors.ts';
import { createHandler } from '../../packages/server/src/handler.ts';
import type { HandlerOptions } from '../../packages/server/src/handler.ts';
import { deviations, openApi, resolve } from './support/openapi.ts';
import type { DocumentedResponse, Operation } from './support/openapi.ts';

type Json = Record<string, unknown>;

const contract = fileURLToPath(new URL('../../packages/elements/src/contract.ts', import.meta.url));
const tree = ts.createSourceFile(contract, readFileSync(contract, 'utf8'), ts.ScriptTarget.Latest, true);

/** JSON Schema of a type of the contract, without words. */
function schemaOf(type: ts.TypeNode): Json {
  if (type.kind === ts.SyntaxKind.StringKeyword) return { type: 'string' };
  if (type.kind === ts.SyntaxKind.NumberKeyword) return { type: 'number' };
  if (type.kind === ts.SyntaxKind.BooleanKeyword) return { type: 'boolean' };
  if (ts.isArrayTypeNode(type)) return { type: 'array', items: schemaOf(type.elementType) };
  if (ts.isTypeReferenceNode(type)) return { $ref: `#/components/schemas/${type.typeName.getText()}` };
  if (ts.isTypeLiteralNode(type)) return objectOf(type.members);
  if (ts.isUnionTypeNode(type)) return { type: 'string', enum: type.types.map(literalOf) };
  if (ts.isLiteralTypeNode(type) && type.literal.kind === ts.SyntaxKind.TrueKeyword) return { const: true };
  return { const: literalOf(type) };
}

function literalOf(type: ts.TypeNode): string {
  assert.ok(ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal), `the contract has a type nobody here reads: ${type.getText()}`);
  return type.literal.text;
}

function objectOf(members: ts.NodeArray<ts.TypeElement>): Json {
  const properties: Json = {};
  const required: string[] = [];
  for (const member of members) {
    assert.ok(ts.isPropertySignature(member) && member.type !== undefined);
    const name = member.name.getText();
    properties[name] = schemaOf(member.type);
    if (member.questionToken === undefined) required.push(name);
  }
  return { type: 'object', ...(required.length > 0 && { required }), properties };
}

const declared = new Map(tree.statements.flatMap((statement): [string, Json][] => {
  if (ts.isInterfaceDeclaration(statement)) return [[statement.name.text, objectOf(statement.members)]];
  return ts.isTypeAliasDeclaration(statement) ? [[statement.name.text, schemaOf(statement.type)]] : [];
}));

/** What only narrows or explains. */
const finer = new Set(['description', 'format', 'pattern', 'maxLength', 'minItems']);

function bare(node: unknown, isNames = false): unknown {
  if (Array.isArray(node)) return node.map((entry) => bare(entry));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).filter(([name]) => isNames || !finer.has(name)).map(([name, value]) => [name, bare(value, name === 'properties')]));
}

const operations = Object.entries(openApi.paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method, operation })));

function codesOf({ responses }: Operation): { status: number; code: string }[] {
  return Object.entries(responses).flatMap(([status, response]) => {
    const { content = {} } = resolve<DocumentedResponse>(response);
    const { allOf } = (content['application/problem+json']?.schema ?? {}) as { allOf?: [unknown, { properties: { status: { const: number }; code: { enum: string[] } } }] };
    if (allOf === undefined) return [];
    assert.equal(allOf[1].properties.status.const, Number(status));
    return allOf[1].properties.code.enum.map((code) => ({ status: Number(status), code }));
  });
}

/** Codes that no operation answers. */
const answeredByNone: Readonly<Record<string, string>> = {
  METHOD_NOT_ALLOWED: 'for methods that are no operation',
  REFUNDS_POSSIBLE: 'for back offices, which call the function',
  REFUND_MANUAL: 'for backends that answer a refund people have to do as a problem; ours answers the payment with its refund',
};

describe('the OpenAPI document and the contract', () => {
  test('have the same version and the same headers', () => {
    assert.equal(openApi.info.version, contractVersion);
    const names = Object.values(openApi.components.parameters).map((parameter) => (parameter as { name: string }).name);
    assert.ok(names.includes(contractHeader) && names.includes(idempotencyHeader));
  });

  test('name the same types; what DOKU and health checks speak of stands beside them', () => {
    const more = Object.keys(openApi.components.schemas).filter((name) => !declared.has(name));
    assert.deepEqual(more.filter((name) => !/^Snap|^Live$|^Ready$/.test(name)), []);
    assert.ok(declared.size >= 20, 'the compiler reads the contract');
  });

  for (const [name, schema] of declared) {
    test(`agree on ${name}`, () => assert.deepEqual(bare(openApi.components.schemas[name]), schema));
  }

  test('have the same paths', () => {
    const known = Object.values(paths).map((path) => (typeof path === 'string' ? path : decodeURIComponent(path('{id}'))));
    const documented = Object.keys(openApi.paths).filter((path) => !/^\/(doku|health)\//.test(path)).map((path) => path.replace(/\{\w+\}/, '{id}'));
    assert.deepEqual(documented.toSorted(), known.toSorted());
  });

  test('know the same problem codes, each with one status', () => {
    const documented = operations.flatMap(({ operation }) => codesOf(operation));
    for (const { status, code } of documented) assert.equal(problemKinds[code as keyof typeof problemKinds].status, status, code);
    const unused = Object.keys(problemKinds).filter((code) => !documented.some((one) => one.code === code));
    assert.deepEqual(unused.toSorted(), Object.keys(answeredByNone).toSorted());
  });
});

describe('the OpenAPI document and the handler', () => {
  test('have the same operations', () => {
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    // Nothing is asked of the parts before a request comes.
    const parts = { basePath: '/allo', routes: { ledger: { log, newId: () => '' }, merchant: { authorizeRefund: () => true }, trustedOrigins: new Set() }, doku: {}, isClosing: () => false };
    const { routes } = createHandler(parts as unknown as HandlerOptions);
    const served = routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method.toLowerCase()} ${path.replace('/allo', '').replace(/:(\w+)/, '{$1}')}`);
    assert.deepEqual(operations.map(({ method, path }) => `${method} ${path}`).toSorted(), served.toSorted());
  });

  test('of every operation, the document says what a broken server answers', () => {
    for (const { operation } of operations) assert.ok(operation.responses['500'] !== undefined, operation.operationId);
  });
});

describe('the OpenAPI document', () => {
  test('is of version 3.1, names each operation once, and every parameter of its paths', () => {
    assert.match(openApi.openapi, /^3\.1\.\d+$/);
    const ids = operations.map(({ operation }) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length);
    for (const { path, operation } of operations) {
      const inPath = (operation.parameters ?? []).map((parameter) => resolve<{ name: string; in: string }>(parameter)).filter((parameter) => parameter.in === 'path');
      assert.deepEqual(inPath.map(({ name }) => name), Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name));
    }
  });

  test('has no reference that leads nowhere, and no part that nothing refers to', () => {
    const references = new Set(JSON.stringify(openApi).match(/(?<="\$ref":")[^"]+/g));
    for (const reference of references) assert.ok(resolve({ $ref: reference }));
    const parts = (['schemas', 'responses', 'parameters', 'headers'] as const).flatMap((kind) => Object.keys(openApi.components[kind]).map((name) => `#/components/${kind}/${name}`));
    assert.deepEqual(parts.filter((part) => !references.has(part)), []);
  });

  test('is published with the server', () => {
    const require = createRequire(import.meta.url);
    assert.deepEqual(require('@allo-kit/server/openapi.json'), openApi);
  });
});

describe('the judge of answers', () => {
  const headers = {
    'content-type': 'application/json', 'cache-control': 'no-store', 'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff', 'x-request-id': '0'.repeat(36), 'allo-contract': '1',
  };
  const answered = { method: 'GET', path: '/account', status: 200, headers: new Headers(headers), text: '{"status":"unlinked","phoneRequired":true}' };
  const problem = { type: 'about:blank', title: 'x', status: 401, code: 'UNAUTHENTICATED', retryable: false, requestId: '0'.repeat(36) };
  const refused = { ...answered, status: 401, headers: new Headers({ ...headers, 'content-type': 'application/problem+json' }), text: JSON.stringify(problem) };

  test('lets through what is documented', () => {
    assert.deepEqual(deviations(answered), []);
    assert.deepEqual(deviations(refused), []);
    assert.deepEqual(deviations({ ...answered, method: 'HEAD', text: '' }), []);
  });

  const wrong: readonly [string, Partial<typeof answered>][] = [
    ['a member too many', { text: '{"status":"unlinked","token":"x"}' }], ['a member too few', { text: '{}' }], ['another value', { text: '{"status":"gone"}' }],
    ['no JSON', { text: '<html>' }], ['another status', { status: 418 }], ['another content type', { headers: new Headers({ ...headers, 'content-type': 'text/html' }) }],
    ['no protection', { headers: new Headers({ 'content-type': 'application/json' }) }], ['an instant that is none', { text: '{"status":"linked","linkedAt":"yesterday"}' }],
    ['a code that is not of this operation', { ...refused, text: JSON.stringify({ ...problem, code: 'NOT_LINKED' }) }],
    ['the id of another request', { ...refused, text: JSON.stringify({ ...problem, requestId: 'x' }) }],
    ['an answer to what is not there', { path: '/accounts' }], ['an amount in a number', { path: '/balance', text: '{"instruments":[{"type":"BALANCE","available":{"value":1,"currency":"IDR"}}],"asOf":"2026-01-01T00:00:00.000Z"}' }],
  ];
  for (const [name, changes] of wrong) {
    test(`stops ${name}`, () => assert.notDeepEqual(deviations({ ...answered, ...changes }), []));
  }
});

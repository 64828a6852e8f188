/**
 * The published OpenAPI document, read as a judge: which operation a request is for, and what is wrong with an answer
 * to it. Stricter than the document in one thing: an answer of ours has no member that is not in it.
 */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';

export interface Reference {
  $ref: string;
}

export interface DocumentedHeader {
  required?: boolean;
  schema: { type?: string };
}

export interface DocumentedResponse {
  description: string;
  headers?: Record<string, Reference | DocumentedHeader>;
  content?: Record<string, { schema: object }>;
}

export interface Operation {
  operationId: string;
  parameters?: (Reference | { name: string; in: string })[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, Reference | DocumentedResponse>;
}

export interface OpenApi {
  openapi: string;
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: Record<'schemas' | 'responses' | 'parameters' | 'headers' | 'securitySchemes', Record<string, object>>;
}

export const openApi = JSON.parse(readFileSync(new URL('../../../packages/server/openapi.json', import.meta.url), 'utf8')) as OpenApi;

/** An answer, and the request it is to. */
export interface Answered {
  method: string;
  /** Path below the base path, without the query, as it was sent. */
  path: string;
  status: number;
  headers: Headers;
  text: string;
}

/** What a reference of the document leads to; what is no reference, itself. */
export function resolve<Target extends object>(value: Reference | Target): Target {
  if (!('$ref' in value)) return value;
  const found = value.$ref.slice(2).split('/').reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[unescape(part)], openApi);
  if (found === undefined) throw new TypeError(`the document has no ${value.$ref}`);
  return found as Target;
}

const escape = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');
const unescape = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** Every object closed: what is not documented is not answered. */
function close(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(close);
  if (typeof node !== 'object' || node === null) return node;
  const closed = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, close(value)]));
  return 'properties' in node && 'type' in node ? { ...closed, additionalProperties: false } : closed;
}

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?(Z|[+-]\d{2}:\d{2})$/;
const ajv = new Ajv2020({ strict: false, allErrors: false, formats: { 'date-time': instant, uri: (text: string) => URL.canParse(text) } });
ajv.addSchema(close(openApi) as object, 'openapi.json');

/** The problem documents of requests that no operation is for. */
const elsewhere: Readonly<Record<number, readonly string[]>> = {
  400: ['INVALID_REQUEST'], 403: ['FORBIDDEN'], 404: ['NOT_FOUND'], 405: ['METHOD_NOT_ALLOWED'], 413: ['PAYLOAD_TOO_LARGE'], 415: ['UNSUPPORTED_MEDIA_TYPE'], 500: ['INTERNAL_ERROR'], 503: ['STORE_UNAVAILABLE'],
};

/** What DOKU is answered instead, whatever it asks for there. */
const elsewhereForDoku: ReadonlySet<number> = new Set([400, 404, 405, 413, 500, 503]);

const templates = Object.keys(openApi.paths)
  .toSorted((one, other) => Number(one.includes('{')) - Number(other.includes('{')))
  .map((template) => ({ template, form: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`) }));

/** An address means what it decodes to, for routers as well as here; what cannot be decoded means itself. */
function decode(path: string): string {
  return path.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURI(escapes.replaceAll('%25', '%2525'));
    } catch {
      return escapes;
    }
  });
}

/** `GET /orders/{orderId}`, or undefined if the document has no such operation. */
export function operationOf(method: string, path: string): string | undefined {
  const template = templates.find(({ form }) => form.test(decode(path)))?.template;
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
  return template !== undefined && openApi.paths[template]?.[verb] !== undefined ? `${verb.toUpperCase()} ${template}` : undefined;
}

const validators = new Map<string, ValidateFunction>();

function validatorAt(pointer: string): ValidateFunction {
  const known = validators.get(pointer);
  if (known !== undefined) return known;
  const made = ajv.compile({ $ref: `openapi.json#${pointer}` });
  validators.set(pointer, made);
  return made;
}

/** What about the answer the document does not allow; empty if nothing. */
export function deviations(answered: Answered): string[] {
  const operation = operationOf(answered.method, answered.path);
  const found = operation === undefined ? judgeElsewhere(answered) : judge(answered, operation);
  return [...found, ...judgeProtection(answered)].map((text) => `${answered.method} ${answered.path} ${answered.status}: ${text}: ${answered.text.slice(0, 300)}`);
}

function judgeElsewhere(answered: Answered): string[] {
  const { method, path, status, headers, text } = answered;
  if (/^\/doku(?:\/|$)/.test(decode(path))) return judgeElsewhereForDoku(answered);
  if (method === 'OPTIONS' && status === 204) return text === '' ? [] : ['a preflight has a body'];
  const codes = elsewhere[status];
  if (codes === undefined) return ['no such status for what is not documented'];
  return method === 'HEAD' ? [] : judgeBody('/components/schemas/Problem', headers, text, 'application/problem+json', codes);
}

function judgeElsewhereForDoku({ method, status, headers, text }: Answered): string[] {
  if (!elsewhereForDoku.has(status)) return ['no such status for what is not documented'];
  const wrong = judgeHeaders({ 'X-TIMESTAMP': { $ref: '#/components/headers/X-TIMESTAMP' } }, headers);
  if (method === 'HEAD') return wrong;
  const isOfStatus = text.startsWith(`{"responseCode":"${status}`);
  return [...wrong, ...judgeBody('/components/schemas/SnapAnswer', headers, text, 'application/json'), ...(isOfStatus ? [] : ['names another status'])];
}

function judge({ method, status, headers, text }: Answered, operation: string): string[] {
  const [verb = '', template = ''] = operation.split(' ');
  const response = openApi.paths[template]?.[verb.toLowerCase()]?.responses[status];
  if (response === undefined) return [`${operation} has no such status`];
  const { content, headers: documented = {} } = resolve<DocumentedResponse>(response);
  const type = headers.get('content-type') ?? '';
  const pointer = '$ref' in response ? response.$ref.slice(1) : `/paths/${escape(template)}/${verb.toLowerCase()}/responses/${status}`;
  const wrong = judgeHeaders(documented, headers);
  if (content === undefined) return text === '' ? wrong : [...wrong, 'has a body'];
  if (content[type] === undefined) return [...wrong, `has the content type ${type}`];
  return method === 'HEAD' ? wrong : [...wrong, ...judgeBody(`${pointer}/content/${escape(type)}/schema`, headers, text, type)];
}

function judgeHeaders(documented: NonNullable<DocumentedResponse['headers']>, headers: Headers): string[] {
  return Object.entries(documented).flatMap(([name, reference]) => {
    const { required = false, schema } = resolve<DocumentedHeader>(reference);
    const value = headers.get(name);
    if (value === null) return required ? [`lacks the header ${name}`] : [];
    const fits = ajv.validate(schema, schema.type === 'integer' ? Number(value) : value);
    return fits ? [] : [`has the header ${name}: ${value}`];
  });
}

function judgeBody(pointer: string, headers: Headers, text: string, type: string, codes?: readonly string[]): string[] {
  const body = parse(text);
  const isValid = validatorAt(pointer);
  if (!isValid(body)) return [ajv.errorsText(isValid.errors)];
  if (headers.get('content-type') !== type) return [`has the content type ${headers.get('content-type')}`];
  if (type !== 'application/problem+json') return [];
  const { code, requestId } = body as { code: string; requestId: string };
  return [
    ...(codes !== undefined && !codes.includes(code) ? [`${code} for what is not documented`] : []),
    ...(requestId !== headers.get('x-request-id') ? ['names another request than its header'] : []),
  ];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** On every answer, whatever it is. */
const protection: Readonly<Record<string, RegExp>> = {
  'cache-control': /^no-store$/,
  'content-security-policy': /^default-src 'none'; frame-ancestors 'none'$/,
  'x-content-type-options': /^nosniff$/,
  'x-request-id': /^[0-9a-f-]{36}$/,
  'allo-contract': /^1$/,
};

function judgeProtection({ headers }: Answered): string[] {
  return Object.entries(protection).flatMap(([name, form]) => (form.test(headers.get(name) ?? '') ? [] : [`has the header ${name}: ${headers.get(name)}`]));
}

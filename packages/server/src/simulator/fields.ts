/**
 * Field rules of SNAP: a missing field is `400xx02`, a malformed one `400xx01`, both with the field's name
 * (dossier sections 3 and 6). `null` counts as missing: SDKs send it.
 *
 * @module
 */
import { isIPv4 } from 'node:net';
import { parseMinor } from './money.ts';
import { refusals } from './refusal.ts';

/** A member of a body, with the name under which it is refused. */
export interface Field {
  name: string;
  value: unknown;
}

export interface TextRule {
  /** Characters; default 1. */
  min?: number;
  /** Characters; default 64. */
  max?: number;
  /** Default: the text rule seen on DOKU's servers. */
  pattern?: RegExp;
}

const textRule = /^[a-zA-Z0-9.\-/+,=_:'@% ]*$/;
const forbiddenSchemes = ['javascript:', 'data:', 'vbscript:', 'blob:', 'file:'];

export function field(parent: Field, key: string): Field {
  const members = isObject(parent.value) ? parent.value : {};
  return { name: parent.name ? `${parent.name}.${key}` : key, value: members[key] ?? undefined };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function optionalText({ name, value }: Field, { min = 1, max = 64, pattern = textRule }: TextRule = {}): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw refusals.format(name);
  if (value === '' && min > 0) throw refusals.mandatory(name);
  if (value.length < min || value.length > max || !pattern.test(value)) throw refusals.format(name);
  return value;
}

export function text(from: Field, rule: TextRule = {}): string {
  const value = optionalText(from, rule);
  if (value === undefined) throw refusals.mandatory(from.name);
  return value;
}

export function object(from: Field): Field {
  if (from.value === undefined) throw refusals.mandatory(from.name);
  if (!isObject(from.value)) throw refusals.format(from.name);
  return from;
}

/** The items of an array, each under its own name; undefined if there is no array. */
export function optionalList(from: Field): Field[] | undefined {
  if (from.value === undefined) return undefined;
  if (!Array.isArray(from.value)) throw refusals.format(from.name);
  return from.value.map((value: unknown, index) => ({ name: `${from.name}[${index}]`, value }));
}

/** Minor units of an amount in IDR, at least `leastMinor` (default Rp 1). */
export function amount(from: Field, leastMinor = 100): number {
  object(from);
  const value = text(field(from, 'value'), { max: 19, pattern: /^\d{1,16}\.\d{2}$/ });
  if (text(field(from, 'currency')) !== 'IDR') throw refusals.format(`${from.name}.currency`);
  const minor = parseMinor(value);
  if (minor === undefined || minor < leastMinor) throw refusals.amount();
  return minor;
}

/** An absolute address for a browser, in ASCII, as it came. */
export function url(from: Field): string {
  const value = text(from, { max: 2048, pattern: /^[\x21-\x7e]+$/ });
  if (!URL.canParse(value) || forbiddenSchemes.includes(new URL(value).protocol)) throw refusals.format(from.name);
  return value;
}

export function ipv4(from: Field): string {
  const value = text(from);
  if (!isIPv4(value)) throw refusals.format(from.name);
  return value;
}

/** The channel, which has to be Allo's. */
export function channel(additionalInfo: Field): void {
  const from = field(additionalInfo, 'channel');
  if (text(from) !== 'DIRECT_DEBIT_ALLO_SNAP') throw refusals.format(from.name);
}

/**
 * Picks members out of a parsed message and checks their form; what has another form counts as absent.
 * Unknown members are ignored, as DOKU may add some (dossier 5.3). Must never copy a message wholesale.
 *
 * @module
 */

import { parseLenientTimestamp } from './timestamp.ts';
import { parseWebUrl } from './web-url.ts';

/** A parsed object of JSON of which nothing is known yet. */
export type Message = Readonly<Record<string, unknown>>;

const maxTextLength = 512;

/** A non-empty text of at most `maxLength` characters (512 unless told). */
export function readText(message: Message, name: string, maxLength = maxTextLength): string | undefined {
  const value = readMember(message, name);
  return typeof value === 'string' && value !== '' && value.length <= maxLength ? value : undefined;
}

/** A code: a text, or a number as a text; empty if it is neither. */
export function readCode(message: Message, name: string): string {
  const value = readMember(message, name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** An absolute address on the web without user or password in it. */
export function readUrl(message: Message, name: string): string | undefined {
  const text = readText(message, name, 2048) ?? '';
  const url = parseWebUrl(text);
  return url !== undefined && url.username + url.password === '' ? text : undefined;
}

/** An instant in epoch milliseconds; without an offset it counts as Western Indonesian Time. */
export function readInstant(message: Message, name: string): number | undefined {
  return parseLenientTimestamp(readText(message, name) ?? '');
}

/** A nested object; an empty one if there is none. */
export function readObject(message: Message, name: string): Message {
  return toMessage(readMember(message, name)) ?? {};
}

/** The objects of a list; `undefined` if there is no list. */
export function readList(message: Message, name: string): Message[] | undefined {
  const value = readMember(message, name);
  if (!Array.isArray(value)) return undefined;
  return value.map(toMessage).filter((entry) => entry !== undefined);
}

/** A member of the message itself, never one of its prototype. */
export function readMember(message: Message, name: string): unknown {
  return Object.hasOwn(message, name) ? message[name] : undefined;
}

/** An object without the members that are `undefined`, so that absence is absence. */
export function present<T extends object>(value: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]: Exclude<T[Name], undefined> };
}

/** Whether it is an object of JSON, and no list. */
export const isObject = (value: unknown): value is Message => typeof value === 'object' && value !== null && !Array.isArray(value);

const toMessage = (value: unknown): Message | undefined => (isObject(value) ? value : undefined);

import type { AlloErrorCode } from './errors.ts';
import { en } from './locales/en.ts';
import { id } from './locales/id.ts';
import type { MessageKey, MessageOverrides, RefundMessageKey } from './locales/messages.ts';

export type { MessageKey, MessageOverrides, Messages, RefundMessageKey } from './locales/messages.ts';

/** What can be looked up: the key of a text, or the code of an error. */
export type TextKey = MessageKey | RefundMessageKey | AlloErrorCode;

/** Texts by language and key. */
export type Dictionaries = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The languages built in. */
export const dictionaries: Dictionaries = { id, en };

/**
 * The language to speak for an element: the nearest `lang` upwards, across shadow roots. A page that does not
 * say gets Indonesian; a language we do not speak gets English, unless `overrides` has it.
 *
 * @returns a primary language subtag, for example `id`
 */
export function languageOf(element: Element, overrides: MessageOverrides = {}): string {
  const language = primarySubtag(nearestLang(element) || 'id');
  if (language === 'in') return 'id'; // what Java and old Android call Indonesian
  return language in dictionaries || language in overrides ? language : 'en';
}

/**
 * The text for `key`, looked up at render time so that a change of language or of texts shows at once. A code that
 * has no text of its own is told as `UNAVAILABLE`.
 */
export function messageFor(key: TextKey, language: string, overrides: MessageOverrides = {}, from: Dictionaries = dictionaries): string {
  const ours = from[language] ?? from['en'] ?? {};
  const theirs: Readonly<Record<string, string>> = overrides[language] ?? {};
  return theirs[key] ?? ours[key] ?? theirs['UNAVAILABLE'] ?? ours['UNAVAILABLE'] ?? key;
}

/**
 * The time of day in the shopper's time zone: `14.02` in Indonesian, `14:02` otherwise. By our own few lines: the
 * first use of `Intl` in a page costs more than the whole kit.
 *
 * @param instant ISO 8601 with an offset
 */
export function formatTime(instant: string, language: string): string {
  const at = new Date(instant);
  return `${twoDigits(at.getHours())}${language === 'id' ? '.' : ':'}${twoDigits(at.getMinutes())}`;
}

/** Day and time of day in the shopper's time zone: `5 Nov 2026, 14.02`. */
export function formatDateTime(instant: string, language: string): string {
  const at = new Date(instant);
  const month = (language === 'id' ? idMonths : enMonths).slice(at.getMonth() * 3, at.getMonth() * 3 + 3);
  return `${at.getDate()} ${month} ${at.getFullYear()}, ${formatTime(instant, language)}`;
}

const idMonths = 'JanFebMarAprMeiJunJulAguSepOktNovDes';
const enMonths = 'JanFebMarAprMayJunJulAugSepOctNovDec';

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function primarySubtag(language: string): string {
  return (language.split('-')[0] ?? '').toLowerCase();
}

function nearestLang(element: Element): string {
  const marked = element.closest('[lang]');
  if (marked) return marked.getAttribute('lang') ?? '';
  const root = element.getRootNode();
  return 'host' in root && root.host instanceof Element ? nearestLang(root.host) : '';
}

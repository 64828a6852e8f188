import type { AlloErrorCode } from './errors.ts';
import type { MessageKey, MessageOverrides, RefundMessageKey } from './locales/messages.ts';
import { sharedTexts } from './locales/shared.ts';
import type { Texts } from './locales/text.ts';

export type { MessageKey, MessageOverrides, Messages, RefundMessageKey } from './locales/messages.ts';

/** What can be looked up: the key of a text, or the code of an error. */
export type TextKey = MessageKey | RefundMessageKey | AlloErrorCode;

/**
 * The language to speak for an element: the nearest `lang` upwards, across shadow roots. A page that does not
 * say gets Indonesian; a language we do not speak gets English, unless `overrides` has it.
 *
 * @returns a primary language subtag, for example `id`
 */
export function languageOf(element: Element, overrides: MessageOverrides = {}): string {
  const [language = ''] = (nearest(element, '[lang]')?.getAttribute('lang') || 'id').toLowerCase().split('-');
  // `in` is what Java and old Android call Indonesian.
  return /^i[dn]$/.test(language) ? 'id' : language in overrides ? language : 'en';
}

/**
 * The text for `key`, looked up at render time so that a change of language or of texts shows at once. A code that
 * has no text of its own is told as `UNAVAILABLE`.
 */
export function textFor(key: TextKey, language: string, texts: Texts, overrides: MessageOverrides = {}): string {
  const find = (wanted: TextKey): string | undefined =>
    overrides[language]?.[wanted as MessageKey] ?? (texts[wanted] ?? (sharedTexts as Texts)[wanted])?.[language === 'id' ? 0 : 1];
  return find(key) ?? find('UNAVAILABLE') ?? key;
}

/**
 * The time of day in the shopper's time zone: `14.02` in Indonesian, `14:02` otherwise. By our own few lines: the
 * first use of `Intl` in a page costs more than the whole kit.
 *
 * @param instant ISO 8601 with an offset
 */
export function formatTime(instant: string, language: string): string {
  // The language says of this text, to the letter, that it begins with `14:02`.
  const time = new Date(instant).toTimeString().slice(0, 5);
  return language === 'id' ? time.replace(':', '.') : time;
}

/** Day and time of day in the shopper's time zone: `5 Nov 2026, 14.02`. `months` has three letters for each. */
export function formatDateTime(instant: string, language: string, months: string): string {
  const at = new Date(instant);
  return `${at.getDate()} ${months.slice(at.getMonth() * 3).slice(0, 3)} ${at.getFullYear()}, ${formatTime(instant, language)}`;
}

/** What `closest()` finds, also across shadow roots. */
export function nearest(element: Element, selector: string): Element | undefined {
  const found = element.closest(selector);
  if (found) return found;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? nearest(root.host, selector) : undefined;
}

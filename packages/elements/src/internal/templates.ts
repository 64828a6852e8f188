import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Money } from '../contract.ts';
import type { TextKey } from '../localize.ts';
import { formatMoney, speakMoney } from '../money.ts';
import type { Icon } from './icons.ts';
import { icon } from './icons.ts';

/** What a template can hold. */
export type Content = TemplateResult | string | typeof nothing | readonly Content[];

/** Who renders: an element that knows its words. */
export interface Speaker {
  readonly language: string;
  text(key: TextKey): string;
}

export interface FrameOptions {
  /** What is said, and announced when it changes. */
  message?: Content;
  /** Said at once rather than when the reader pauses. */
  urgent?: boolean;
  /** Drawn as a card. */
  card?: boolean;
  /** Something is under way. */
  busy?: boolean;
}

/**
 * The one outer template. Its two live regions stay the same nodes in every state, which is what makes a screen
 * reader speak when their content changes; so what is announced is what is seen, and nothing is said twice.
 */
export function frame(host: Speaker, options: FrameOptions, content: Content = nothing): TemplateResult {
  const { message = nothing, urgent = false, card = false, busy = false } = options;
  return html`<div part=${card ? 'base card' : 'base'} role="group" aria-label=${host.text('brand')} lang=${host.language} tabindex="-1" aria-busy=${busy}>
    <div part="status" role="status">${urgent ? nothing : message}</div>
    <div part="alert" role="alert">${urgent ? message : nothing}</div>
    ${content}
  </div>`;
}

/** An icon in its tone, with a sentence and, if need be, smaller words below. */
export function notice(name: Icon, words: Content, more: Content = nothing): TemplateResult {
  return html`<div part="notice" data-tone=${name}>
    <span part="badge">${glyph(name)}</span>
    <div part="words"><p part="text">${words}</p>${more === nothing ? nothing : html`<p part="hint">${more}</p>`}</div>
  </div>`;
}

/** A title rather than a sentence. */
export function title(words: Content): TemplateResult {
  return html`<b part="title">${words}</b>`;
}

/** The slot `icon` may replace the wallet. */
export function glyph(name: Icon): TemplateResult {
  return name === 'wallet' ? html`<slot name="icon">${icon(name)}</slot>` : icon(name);
}

export interface ButtonOptions {
  label: Content;
  press: () => void;
  /** `primary` is the one thing to do; `plain` looks like a link. Default `secondary`. */
  kind?: 'primary' | 'secondary' | 'plain' | 'danger';
  /** Stays where it is and keeps the focus, but does nothing. */
  busy?: boolean;
  disabled?: boolean;
  /** The wallet before the label. */
  wallet?: boolean;
  /** Id of the words that say more. */
  describedBy?: string;
}

/** Not `disabled` but `aria-disabled`: a button that is switched off while it has the focus must not lose it. */
export function button({ label, press, kind = 'secondary', busy = false, disabled = false, wallet = false, describedBy }: ButtonOptions): TemplateResult {
  const idle = !busy && !disabled;
  return html`<button part="button ${kind}" type="button" aria-disabled=${idle ? nothing : 'true'} aria-describedby=${describedBy ?? nothing} ?data-busy=${busy} @click=${idle ? press : nothing}>
    ${busy ? icon('busy') : wallet ? glyph('wallet') : nothing}<span part="label">${label}</span>
  </button>`;
}

/** The way on to the bank's page, as a real link. */
export function bankLink(host: Speaker, url: string): TemplateResult {
  return html`<a part="button primary" href=${url} rel="noreferrer"><span part="label">${host.text('continueAtBank')}</span></a>`;
}

/** Something failed: why, in words for the shopper, and the way on. */
export function problem(host: Speaker, words: string, retry: () => void): TemplateResult {
  const again = button({ label: host.text('retry'), press: retry, kind: 'primary' });
  return frame(host, { card: true, urgent: true, message: notice('danger', words) }, actions(again));
}

/** Buttons side by side. */
export function actions(...content: Content[]): TemplateResult {
  return html`<div part="actions">${content}</div>`;
}

/** Grey shapes of the size of what will come. */
export function skeleton(host: Speaker, card = false): TemplateResult {
  const message = html`<span part="hidden">${host.text('loading')}</span><div part="skeleton" aria-hidden="true"><i></i><i></i></div>`;
  return frame(host, { busy: true, card, message });
}

/** Money as it is seen, and as it should be read out. */
export function moneyText(money: Money): TemplateResult {
  return html`<span part="money"><span aria-hidden="true">${formatMoney(money)}</span><span part="hidden">${speakMoney(money)}</span></span>`;
}

/** A text whose `{words}` are replaced; values may be templates. */
export function phrase(text: string, values: Readonly<Record<string, Content>>): Content {
  return text.split(/\{(\w+)\}/).map((piece, index) => (index % 2 ? (values[piece] ?? `{${piece}}`) : piece));
}

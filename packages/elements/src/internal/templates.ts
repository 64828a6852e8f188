import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Money } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import type { TextKey } from '../localize.ts';
import { formatMoney, speakMoney } from '../money.ts';
import type { Icon } from './icons.ts';
import { icon } from './icons.ts';

/** What a template can hold. */
export type Content = TemplateResult | string | typeof nothing | readonly Content[];

/** Who renders: an element that knows its words. */
export interface Speaker {
  readonly language: string;
  readonly state: string;
  readonly error: AlloError | undefined;
  text(key: TextKey): string;
}

/** States in which something is under way that the shopper set off, or nothing is there yet. */
const busyStates = /^(load|open|creat|send|unlink)ing$/;

/**
 * The one outer template. Its two live regions stay the same nodes in every state, which is what makes a screen
 * reader speak when their content changes; so what is announced is what is seen, and nothing is said twice. What is
 * an `alert` is said at once, a `status` when the reader pauses.
 */
export function frame(host: Speaker, parts: 'base' | 'base card', status: Content, content: Content = nothing, alert: Content = nothing): TemplateResult {
  return html`<div part=${parts} role="group" aria-label=${host.text('brand')} lang=${host.language} tabindex="-1" aria-busy=${busyStates.test(host.state)}>
    <div part="status" role="status">${status}</div>
    <div part="alert" role="alert">${alert}</div>
    ${content}
  </div>`;
}

/** A card with a notice, and buttons side by side. */
export function card(host: Speaker, tone: Icon, words: Content, more?: Content, ...controls: Content[]): TemplateResult {
  const said = notice(tone, words, more);
  const urgent = tone === 'danger';
  return frame(host, 'base card', urgent ? nothing : said, controls.length > 0 ? html`<div part="actions">${controls}</div>` : nothing, urgent ? said : nothing);
}

/** An icon in its tone with a sentence; or with a title, as where there is `more` to say in smaller words. */
export function notice(tone: Icon, words: Content, more?: Content, titled: unknown = more): TemplateResult {
  return html`<div part="notice" data-tone=${tone}>
    <span part="badge">${glyph(tone)}</span>
    <div part="words"><p part=${titled ? 'title' : 'text'}>${words}</p>${more ? html`<p part="hint">${more}</p>` : nothing}</div>
  </div>`;
}

/** A sentence, and the number to quote below it: the sentence is too long to be its title. */
export function withReference(words: Content, label: string, reference: string | undefined): Content {
  return reference ? [words, html`<br /><span part="hint">${label} <bdi>${reference}</bdi></span>`] : words;
}

/** The slot `icon` may replace the wallet. */
export function glyph(name: Icon): TemplateResult {
  return name === 'wallet' ? html`<slot name="icon">${icon(name)}</slot>` : icon(name);
}

/** `primary` is the one thing to do, `main` the same with the wallet and the {@link footnote}; `plain` looks like a link. */
export type ButtonKind = 'primary' | 'primary main' | 'secondary' | 'plain' | 'danger';

/**
 * A button that is `busy` or `off` stays where it is but does nothing. Not `disabled` but `aria-disabled`: one that
 * is switched off while it has the focus must not lose it.
 */
export function button(label: Content, press: () => unknown, kind: ButtonKind = 'secondary', idle: 'busy' | 'off' | false = false): TemplateResult {
  const isMain = kind === 'primary main';
  const before = idle === 'busy' ? icon('busy') : isMain ? glyph('wallet') : nothing;
  return html`<button part="button ${kind}" type="button" aria-disabled=${idle ? 'true' : nothing} aria-describedby=${isMain ? 'hint' : nothing}
    ?data-busy=${idle === 'busy'} @click=${idle ? nothing : press}>${before}<span part="label">${label}</span></button>`;
}

/** Small words that belong to the main button. */
export function footnote(words: Content): TemplateResult {
  return html`<p part="hint footnote" id="hint">${words}</p>`;
}

/** Something failed: why, in words for the shopper, and the way on. */
export function problem(host: Speaker, retry: () => unknown, title?: string): TemplateResult {
  const offline = host.state === 'offline';
  const words = host.text(offline ? 'offline' : (host.error?.code ?? 'UNAVAILABLE'));
  return card(host, offline ? 'warning' : 'danger', title ?? words, title && words, button(host.text('retry'), retry, title ? 'secondary' : 'primary'));
}

/** A question before something that cannot be taken back. Escape says no. */
export function question(host: Speaker, words: Content, yes: string, answer: (yes: boolean) => unknown, no: string): TemplateResult {
  const busy = busyStates.test(host.state);
  const controls = [button(yes, () => answer(true), 'danger', busy && 'busy'), button(no, () => answer(false), 'secondary', busy && 'off')];
  return frame(host, 'base card', notice('warning', words),
    html`<div part="actions" @keydown=${escape(() => busy || answer(false))}>${controls}</div>`);
}

/** Leaves a step by the Escape key. */
export function escape(leave: () => unknown): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    leave();
  };
}

/** Grey shapes of the size of what will come. */
export function skeleton(host: Speaker, parts: 'base' | 'base card' = 'base', content?: Content): TemplateResult {
  return frame(host, parts, html`<span part="hidden">${host.text('loading')}</span><div part="skeleton" aria-hidden="true"><i></i><i></i></div>`, content);
}

/** Money as it is seen, and as it should be read out. */
export function moneyText(money: Money): TemplateResult {
  return html`<span part="money"><span aria-hidden="true">${formatMoney(money)}</span><span part="hidden">${speakMoney(money)}</span></span>`;
}

/** A text whose `{word}` is replaced; the value may be a template. */
export function phrase(text: string, value: Content): Content {
  return text.split(/(\{\w+\})/).map((piece, index) => (index % 2 ? value : piece));
}

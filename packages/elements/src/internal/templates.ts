import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Money } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { isFinal } from '../errors.ts';
import type { TextKey } from '../localize.ts';
import { formatMoney, speakMoney } from '../money.ts';
import type { Icon } from './icons.ts';
import { icon } from './icons.ts';

/** What a template can hold. */
export type Content = TemplateResult | string | typeof nothing | undefined | readonly Content[];

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
 * an `alert` is said at once, a `status` when the reader pauses. Escape is `leave`.
 */
export function frame(host: Speaker, parts: 'base' | 'base card', status: Content, content?: Content, alert?: Content, leave?: () => unknown): TemplateResult {
  return html`<div part=${parts} role="group" aria-label=${host.text('brand')} lang=${host.language} tabindex="-1" aria-busy=${busyStates.test(host.state)} @keydown=${onKey(leave)}>
    <div part="status" role="status">${status}</div>
    <div part="alert" role="alert">${alert}</div>
    ${content}
  </div>`;
}

/** A card with a notice, and buttons side by side. Escape is `leave`. */
export function card(host: Speaker, tone: Icon, words: Content, more?: Content, controls?: Content, leave?: () => unknown): TemplateResult {
  const said = notice(tone, words, more);
  const row = controls && html`<div part="actions">${controls}</div>`;
  const isBad = tone === 'danger';
  return frame(host, 'base card', isBad ? '' : said, row, isBad ? said : '', leave);
}

/** An icon in its tone with a sentence; or with a title, as where there is `more` to say in smaller words. */
export function notice(tone: Icon, words: Content, more?: Content, titled: unknown = more): TemplateResult {
  return html`<div part="notice" data-tone=${tone}>
    <span part="badge">${glyph(tone)}</span>
    <div part="words"><p part=${titled ? 'title' : 'text'}>${words}</p>${more && html`<p part="hint">${more}</p>`}</div>
  </div>`;
}

/** A sentence, and the number to quote below it: the sentence is too long to be its title. */
export function withReference(words: Content, label: string, reference: string | undefined): Content {
  return reference ? [words, html`<br><span part="hint">${label} <bdi>${reference}</bdi></span>`] : words;
}

/** The slot `icon` may replace the wallet. */
export function glyph(name: Icon): TemplateResult {
  return name === 'wallet' ? html`<slot name="icon">${icon(name)}</slot>` : icon(name);
}

/** `primary` is the one thing to do, `main` the same with the wallet and perhaps a footnote; `plain` looks like a link. */
export type ButtonKind = 'primary' | 'primary main' | 'secondary' | 'danger' | `plain${'' | ' refresh' | ' show' | ' hide'}`;

/** Why a button stays where it is but does nothing: what it does is under way, or it is switched off. */
export type Idle = 'busy' | 'off' | '';

/**
 * Not `disabled` but `aria-disabled`: a button that is switched off while it has the focus must not lose it. The second of two
 * quick clicks does nothing: by then a question, or a way to pay, may stand there that nobody has read yet.
 */
export function button(label: Content, press: () => unknown, kind: ButtonKind = 'secondary', idle: Idle = '', mark?: Content, hint?: Content): TemplateResult {
  return html`<button part=${`button ${kind}`} type="button" aria-disabled=${Boolean(idle)} data-idle=${idle} aria-describedby=${hint ? 'hint' : nothing}
    @click=${(event: MouseEvent) => idle || (event.detail < 2 && press())}>${idle === 'busy' ? icon(idle) : mark}<span part="label">${label}</span></button>`;
}

/** The one thing to do, over the whole width, with small words below it that belong to it. */
export function mainButton(host: Speaker, said: Content, label: Content, press: () => unknown, idle: Idle, hint?: Content): TemplateResult {
  return frame(host, 'base', said, [button(label, press, 'primary main', idle, glyph('wallet'), hint), hint && html`<p part="hint footnote" id="hint">${hint}</p>`]);
}

/** Something failed: why, in words for the shopper, and the way on. */
export function problem(host: Speaker, retry: () => unknown, title?: string): TemplateResult {
  const offline = host.state === 'offline';
  const code = host.error?.code ?? 'UNAVAILABLE';
  const words = host.text(offline ? 'offline' : code);
  // Somebody has to sign in, or the page has to say something else.
  const final = isFinal(code);
  return card(host, offline ? 'warning' : 'danger', title ?? words, title && words,
    button(host.text(final ? 'reload' : 'retry'), final ? reloadPage : retry, title ? 'secondary' : 'primary'));
}

/** The page asks its own server anew: who is signed in, which order there is. */
export function reloadPage(): void {
  location.reload();
}

/** A question before something that cannot be taken back. Escape says no. */
export function question(host: Speaker, words: Content, yes: string, answer: (yes: boolean) => unknown): TemplateResult {
  const busy = busyStates.test(host.state);
  return card(host, 'warning', words, undefined, [
    button(yes, () => answer(true), 'danger', busy ? 'busy' : ''),
    button(host.text('cancel'), () => answer(false), 'secondary', busy ? 'off' : ''),
  ], () => busy || answer(false));
}

/** Leaves a step by Escape. And Enter that is held too long presses nothing more: what has the focus by then nobody has read yet. */
function onKey(leave?: () => unknown): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key === 'Escape' && leave) {
      event.stopPropagation();
      leave();
    }
    if (event.repeat && event.key === 'Enter') event.preventDefault();
  };
}

/** A grey shape of the size of what will come. */
export function skeleton(host: Speaker, parts: 'base' | 'base card' = 'base', content?: Content): TemplateResult {
  return frame(host, parts, hidden(host.text('loading')), [html`<i part="skeleton"></i>`, content]);
}

/** Said, not shown. */
export function hidden(words: string): TemplateResult {
  return html`<span part="hidden">${words}</span>`;
}

/** Money as it is seen, and as it should be read out. */
export function moneyText(money: Money): TemplateResult {
  return html`<span part="money"><span aria-hidden="true">${formatMoney(money)}</span>${hidden(speakMoney(money))}</span>`;
}

/** A text whose `{word}` is replaced; the value may be a template. */
export function phrase(text: string, value: Content): Content {
  return text.split(/(\{\w+\})/).map((piece, index) => (index % 2 ? value : piece));
}

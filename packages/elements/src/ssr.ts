/**
 * The first state of the tags as HTML with declarative shadow roots, so that a page shows them before any script ran.
 * For a server, or for a build that writes pages; nothing here depends on who is shopping. Needs `@lit-labs/ssr`.
 *
 * @module
 */
import type { RenderInfo } from '@lit-labs/ssr';
import { LitElementRenderer, renderThunked } from '@lit-labs/ssr';
import { collectResultSync } from '@lit-labs/ssr/lib/render-result.js';
import type { CSSResult } from 'lit';
import './define.ts';
import { KitElement } from './internal/kit-element.ts';

/** Attributes by name. `true` is an attribute without a value; `false`, `null` and `undefined` are none. */
export type ServerAttributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface ServerRenderOptions {
  /** What the page says in `<html lang>`. Default `id`, as in a page that does not say. An attribute `lang` goes before. */
  readonly lang?: string;
  /** HTML to put inside the tag, as it is: what a provider is around, or the slot `icon`. Default: nothing. */
  readonly content?: string;
  /**
   * The address of a tag's style sheet, for a policy that refuses inline styles: a file of the package's `styles/`, or
   * what {@link stylesOf} says, served by you. Default: the styles are written into the markup.
   */
  readonly stylesheet?: (tag: string) => string;
  /** The nonce of the page's content security policy, for the styles. Default: none. */
  readonly nonce?: string;
}

/**
 * Renders a tag with its first state.
 *
 * @param tag one of the kit's, or the tag under which you registered a class of the kit, or one that extends it
 * @param attributes escaped here
 * @throws {TypeError} if the tag is none of those, or an attribute's name is not one
 */
export function renderToString(tag: string, attributes: ServerAttributes = {}, options: ServerRenderOptions = {}): string {
  classOf(tag);
  const info: RenderInfo = {
    elementRenderers: [], customElementInstanceStack: [], customElementHostStack: [], eventTargetStack: [], slotStack: [], deferHydration: false,
  };
  const Renderer = rendererFor(info, options);
  info.elementRenderers.push(Renderer);
  const renderer = new Renderer(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(renderer, name, value);
  renderer.connectedCallback();
  info.customElementInstanceStack.push(renderer);
  info.customElementHostStack.push(renderer);
  info.eventTargetStack.push(renderer.element);
  const [opening, inner] = [collectResultSync(renderer.renderAttributes()), collectResultSync(renderer.renderShadow(info) ?? [])];
  return `<${tag}${opening}><template shadowrootmode="open">${inner}</template>${options.content ?? ''}</${tag}>`;
}

/**
 * All styles of a tag, as text: the same as the package's `styles/<tag>.css`.
 *
 * @throws {TypeError} if the tag is not the kit's
 */
export function stylesOf(tag: string): string {
  return (classOf(tag).elementStyles as CSSResult[]).map(({ cssText }) => cssText.trim()).join('\n');
}

// Whatever the rest of the server asks of Lit: our elements have no page to connect to.
LitElementRenderer.renderOptions.unshift((element) => (element instanceof KitElement ? {} : undefined));

/** A renderer for one call: what it knows of the page is known to no other call. */
function rendererFor(info: RenderInfo, { lang = 'id', stylesheet, nonce }: ServerRenderOptions): typeof LitElementRenderer {
  const page = { getAttribute: () => lang } as unknown as Element;
  const allowed = nonce === undefined ? '' : ` nonce=${quoted(nonce)}`;
  return class extends LitElementRenderer {
    declare element: KitElement;

    constructor(tag: string) {
      super(tag);
      const { element } = this;
      const host = info.customElementHostStack.at(-1)?.element;
      // The one question that our elements ask of the nodes around them before they are in a page.
      element.closest = (selector: string): Element | null => {
        if (selector !== '[lang]') return null;
        return element.hasAttribute('lang') ? element : (host?.closest(selector) ?? page);
      };
    }

    override renderShadow(): ReturnType<typeof renderThunked> {
      const sheet = stylesheet
        ? `<link rel="stylesheet" href=${quoted(stylesheet(this.tagName))}${allowed}>`
        : `<style${allowed}>${stylesOf(this.tagName)}</style>`;
      return [sheet, ...renderThunked(this.element.render(), info)];
    }
  };
}

function classOf(tag: string): typeof KitElement {
  const element = customElements.get(tag) as typeof KitElement | undefined;
  if (!(element?.prototype instanceof KitElement)) throw new TypeError(`<${tag}> is not a tag of allo-kit`);
  return element;
}

function setAttribute(renderer: LitElementRenderer, name: string, value: ServerAttributes[string]): void {
  if (/[\s"'<>/=\p{Cc}]|^$/u.test(name)) throw new TypeError(`"${name}" is not the name of an attribute`);
  if (value === undefined || value === null || value === false) return;
  renderer.setAttribute(name, value === true ? '' : String(value));
}

/** For the value of an attribute between double quotes. */
function quoted(value: string): string {
  return `"${value.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`;
}

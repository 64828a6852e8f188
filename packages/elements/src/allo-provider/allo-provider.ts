import type { CSSResult, PropertyDeclarations, TemplateResult } from 'lit';
import { css, html } from 'lit';
import type { ProviderConfig } from '../internal/allo-element.ts';
import { providerChange } from '../internal/allo-element.ts';
import { KitElement } from '../internal/kit-element.ts';
import { sessions } from '../internal/session.ts';
import { themes } from '../internal/themes.styles.ts';
import type { MessageOverrides } from '../localize.ts';

/**
 * @summary Says once, for all elements inside it, where the backend is, which texts to use and which theme.
 *
 * Draws nothing and takes no room. Its `lang` attribute, like that of any other element, is the language of what
 * is inside.
 *
 * @attr {'light' | 'dark' | 'auto'} theme - That of all elements inside: for a light or a dark ground; `auto` follows the system. Default: the page's own `color-scheme`.
 * @slot - The page, or the part of it with the elements.
 */
export class AlloProvider extends KitElement implements ProviderConfig {
  static override styles: CSSResult[] = [
    themes,
    css`
      :host {
        display: contents;
      }
    `,
  ];

  static override properties: PropertyDeclarations = {
    endpoint: {},
    credentials: {},
    messages: { attribute: false },
  };

  /** Where the backend is mounted: a path or an `http(s)` address. Default `/allo`. */
  declare endpoint: string | undefined;
  /** `include` sends cookies to a backend on another origin, which must allow it. Default `same-origin`. */
  declare credentials: RequestCredentials | undefined;
  /** Texts that replace ours, by language: `{ id: { pay: 'Bayar {amount}' } }`. */
  declare messages: MessageOverrides | undefined;

  /** Asks the backend anew for everything shown; for example after the shopper signed in without a new page. */
  refresh(): void {
    // All of the page's: an element inside may have an endpoint of its own, and shows the same customer's.
    for (const session of sessions.values()) session.wake();
  }

  override render(): TemplateResult {
    return html`<slot></slot>`;
  }

  override updated(): void {
    this.dispatchEvent(new Event(providerChange));
  }
}

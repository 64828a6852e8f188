/**
 * Keeps what a server rendered (see the entry `ssr`) instead of rendering it anew. To be imported before the elements
 * are defined; later it has no effect, and none is needed: without it the same is drawn again before the next frame.
 *
 * @module
 */
import { hydrate } from '@lit-labs/ssr-client';
import type { LitElement } from 'lit';
import { adoptStyles, render } from 'lit';
import { KitElement } from './internal/kit-element.ts';

const openFresh = KitElement.prototype.createRenderRoot;

KitElement.prototype.createRenderRoot = function () {
  const root = this.shadowRoot;
  if (!root) return openFresh.call(this);
  // Between the state and the first render: only then it is known what the element would show.
  const arrival = {
    hostUpdate: (): void => {
      this.removeController(arrival);
      takeOver(this, root);
    },
  };
  this.addController(arrival);
  return root;
};

/** The server's style sheets give way to the shared ones; its nodes stay if they are what we would make. */
function takeOver(element: KitElement, root: ShadowRoot): void {
  adoptStyles(root, (element.constructor as typeof LitElement).elementStyles);
  if (!isOurs(element, root) || !connects(element, root)) root.replaceChildren();
  for (const sheet of sheetsIn(root)) sheet.remove();
}

/**
 * Lit trusts that server and page render the same and would never correct a difference: another language, a later
 * state, an attribute set meanwhile. So they are compared.
 */
function isOurs(element: KitElement, root: ShadowRoot): boolean {
  // Nodes of a document without a window: elements within a template are not brought to life.
  const inert = document.implementation.createHTMLDocument();
  const [given, own] = [inert.createElement('div'), inert.createElement('div')];
  for (const node of root.childNodes) given.append(inert.importNode(node, true));
  render(element.render(), own, { host: element, creationScope: inert });
  return bare(given).isEqualNode(bare(own));
}

/** Without the marks of either side, and without what elements within say of themselves. */
function bare(holder: HTMLElement): HTMLElement {
  for (const sheet of sheetsIn(holder)) sheet.remove();
  for (const inner of holder.querySelectorAll('[defer-hydration]')) {
    for (const name of ['defer-hydration', 'state']) inner.removeAttribute(name);
  }
  const comments = document.createNodeIterator(holder, NodeFilter.SHOW_COMMENT);
  for (let node = comments.nextNode(); node; node = comments.nextNode()) (node as Comment).remove();
  holder.normalize();
  return holder;
}

/** False if the marks are of another version of the kit, whose templates are not ours though they look the same, or are gone. */
function connects(element: KitElement, root: ShadowRoot): boolean {
  if (![...root.childNodes].some((node) => node instanceof Comment)) return false;
  try {
    hydrate(element.render(), root, element.renderOptions);
    return true;
  } catch {
    return false;
  }
}

function sheetsIn(parent: ParentNode): Element[] {
  return [...parent.children].filter((child) => child.matches('style, link'));
}

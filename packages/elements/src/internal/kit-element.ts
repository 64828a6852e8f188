import type { TemplateResult } from 'lit';
import { LitElement, adoptStyles } from 'lit';

/** The ground of all tags of the kit, also of the provider, which shows nothing. */
export abstract class KitElement extends LitElement {
  /**
   * Where a server declared the root, `attachShadow()` gives that one back, emptied: left to Lit, what it shows would
   * stay and be rendered a second time beside it. Not Lit's own method, which its hydration replaces; ours is the
   * entry `hydrate`.
   *
   * @internal
   */
  override createRenderRoot(): ShadowRoot {
    const root = this.attachShadow({ mode: 'open' });
    adoptStyles(root, (this.constructor as typeof LitElement).elementStyles);
    return root;
  }

  abstract override render(): TemplateResult;
}

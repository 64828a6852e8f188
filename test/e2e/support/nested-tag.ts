/** A tag made of a tag of the kit, for the server and the page alike. */
import { AlloProvider } from '@allo-kit/elements';
import type { TemplateResult } from 'lit';
import { html } from 'lit';

class ShopPanel extends AlloProvider {
  override render(): TemplateResult {
    return html`<p>${'Bayar di sini'}</p><allo-refund payment-id=${'P-1'} amount=${'125000.00'}></allo-refund>`;
  }
}

if (!customElements.get('shop-panel')) customElements.define('shop-panel', ShopPanel);

// What it is composed of; each registers itself once.
import '../allo-link-button/define.ts';
import '../allo-balance/define.ts';
import '../allo-pay/define.ts';
import { register } from '../internal/register.ts';
import { AlloCheckout } from './allo-checkout.ts';

register('allo-checkout', AlloCheckout);

// Whoever registers the tag gets the types of its events, too.
export type * from '../events.ts';

declare global {
  interface HTMLElementTagNameMap {
    'allo-checkout': AlloCheckout;
  }
}

import { register } from '../internal/register.ts';
import { AlloRefund } from './allo-refund.ts';

register('allo-refund', AlloRefund);

// Whoever registers the tag gets the types of its events, too.
export type * from '../events.ts';

declare global {
  interface HTMLElementTagNameMap {
    'allo-refund': AlloRefund;
  }
}

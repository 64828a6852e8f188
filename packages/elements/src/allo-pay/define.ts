import { register } from '../internal/register.ts';
import { AlloPay } from './allo-pay.ts';

register('allo-pay', AlloPay);

// Whoever registers the tag gets the types of its events, too.
export type * from '../events.ts';

declare global {
  interface HTMLElementTagNameMap {
    'allo-pay': AlloPay;
  }
}

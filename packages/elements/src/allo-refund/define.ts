import { register } from '../internal/register.ts';
import { AlloRefund } from './allo-refund.ts';

register('allo-refund', AlloRefund);

declare global {
  interface HTMLElementTagNameMap {
    'allo-refund': AlloRefund;
  }
}

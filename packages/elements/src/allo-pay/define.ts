import { register } from '../internal/register.ts';
import { AlloPay } from './allo-pay.ts';

register('allo-pay', AlloPay);

declare global {
  interface HTMLElementTagNameMap {
    'allo-pay': AlloPay;
  }
}

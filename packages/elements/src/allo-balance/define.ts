import { register } from '../internal/register.ts';
import { AlloBalance } from './allo-balance.ts';

register('allo-balance', AlloBalance);

declare global {
  interface HTMLElementTagNameMap {
    'allo-balance': AlloBalance;
  }
}

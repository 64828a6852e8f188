import { register } from '../internal/register.ts';
import { AlloBalance } from './allo-balance.ts';

register('allo-balance', AlloBalance);

// Whoever registers the tag gets the types of its events, too.
export type * from '../events.ts';

declare global {
  interface HTMLElementTagNameMap {
    'allo-balance': AlloBalance;
  }
}

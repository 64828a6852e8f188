import { register } from '../internal/register.ts';
import { AlloProvider } from './allo-provider.ts';

register('allo-provider', AlloProvider);

// Whoever registers the tag gets the types of its events, too.
export type * from '../events.ts';

declare global {
  interface HTMLElementTagNameMap {
    'allo-provider': AlloProvider;
  }
}

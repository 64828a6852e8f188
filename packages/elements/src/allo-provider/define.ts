import { register } from '../internal/register.ts';
import { AlloProvider } from './allo-provider.ts';

register('allo-provider', AlloProvider);

declare global {
  interface HTMLElementTagNameMap {
    'allo-provider': AlloProvider;
  }
}

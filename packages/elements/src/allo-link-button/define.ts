import { register } from '../internal/register.ts';
import { AlloLinkButton } from './allo-link-button.ts';

register('allo-link-button', AlloLinkButton);

// Whoever registers the tag gets the types of its events, too.
export type * from '../events.ts';

declare global {
  interface HTMLElementTagNameMap {
    'allo-link-button': AlloLinkButton;
  }
}

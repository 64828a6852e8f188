import { register } from '../internal/register.ts';
import { AlloLinkButton } from './allo-link-button.ts';

register('allo-link-button', AlloLinkButton);

declare global {
  interface HTMLElementTagNameMap {
    'allo-link-button': AlloLinkButton;
  }
}

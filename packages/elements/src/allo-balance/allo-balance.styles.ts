import type { CSSResult } from 'lit';
import { css } from 'lit';

/**
 * Eleven digits fit on a line at any width; what is longer breaks rather than make the card wider than the page. The
 * grey shape is as high as the figures, so that these come where it was.
 */
export const styles: CSSResult = css`
  [part~='card'] { min-height: 122px; }
  [part~='caption'] { display: flex; align-items: center; gap: 6px; padding-inline-end: 88px; }
  [part='amount'] { font-size: var(--allo-font-size-amount, 1.75em); font-weight: 700; container-type: inline-size; }
  [part='amount'] > span { font-size: min(1em, 9.2cqi); }
  [part='tools'] { position: absolute; inset-block-start: 6px; inset-inline-end: 6px; }
  [part='tools'] button { padding: 0; color: var(--_muted); }
`;

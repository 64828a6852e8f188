import type { CSSResult } from 'lit';
import { css } from 'lit';

/**
 * Eleven digits, and in smaller type thirteen, fit on a line at any width; what is longer breaks rather than make the
 * card wider than the page. The grey shapes are as high as the figures, so that these come where those were.
 */
export const styles: CSSResult = css`
  [part~='card'] { min-height: 122px; }
  [part~='caption'] { display: flex; align-items: center; gap: 6px; padding-inline-end: 88px; }
  [part~='caption'] svg { width: 18px; height: 18px; }
  [part='amount'] { font-size: var(--allo-font-size-amount, 1.75em); font-weight: 700; line-height: 1.35; container-type: inline-size; }
  [part='amount'] > span { font-size: min(1em, 9.2cqi); overflow-wrap: anywhere; }
  [data-long] > span { font-size: min(1em, 7.8cqi); }
  [part='tools'] { position: absolute; inset-block-start: 6px; inset-inline-end: 6px; }
  [part='tools'] button { padding: 0; color: var(--_muted); }
  [part='skeleton'] { padding-block: 12px; }
  i:first-child { width: 40%; height: 14px; }
  i + i { width: 65%; height: 30px; margin-inline: 0; }
`;

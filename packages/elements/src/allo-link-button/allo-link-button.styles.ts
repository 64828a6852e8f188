import type { CSSResult } from 'lit';
import { css } from 'lit';

/** Unlinking stands at the end of the title's row, so that on a small phone the number below has the whole width. */
export const styles: CSSResult = css`
  [part~='base'] { min-height: 80px; }
  [part='title'] { padding-inline-end: 8em; }
  [part~='plain'] { position: absolute; inset-block: 0 auto; inset-inline-end: 0; padding-block: 16px 2px; outline-offset: -4px; }
`;

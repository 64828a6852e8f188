import type { CSSResult } from 'lit';
import { css } from 'lit';

/** On a small phone unlinking stands at the end of the title's row, so that the number below has the whole width. */
export const styles: CSSResult = css`
  [part~='base'] { min-height: 80px; }
  [part='title'] { padding-inline-end: 96px; }
  [part~='plain'] { position: absolute; inset-block: 0 auto; inset-inline-end: 0; padding-block: 16px 2px; outline-offset: -4px; }
  @media (width >= 600px) { [part~='plain'] { inset-block: 0; padding-block: 0; } }
`;

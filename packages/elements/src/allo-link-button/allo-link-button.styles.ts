import type { CSSResult } from 'lit';
import { css } from 'lit';

/** Unlinking stands at the end of the title's row, so that on a small phone the number below has the whole width. */
export const styles: CSSResult = css`
  [part~='base'] { min-height: 80px; }
  :host([state='linked']) [part~='base'] { display: grid; grid-template-columns: auto 1fr auto; row-gap: 0; }
  :host([state='linked']) :is([role='status'], [part='notice'], [part='words']) { display: contents; }
  [part='badge'] { grid-row: span 2; }
  [part='hint'] { grid-area: 2 / 2 / auto / -1; }
  [part~='plain'] { grid-area: 1 / 3; margin: calc(var(--_space) * -1) calc(var(--_space) * -1) -6px 0; padding-block: 16px 2px; outline-offset: -4px; }
`;

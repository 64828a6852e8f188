import type { CSSResult } from 'lit';
import { css } from 'lit';

export const styles: CSSResult = css`
  [part~='base'] {
    min-height: 80px;
  }
  [part~='tag'] {
    color: var(--_tone);
    font-weight: 600;
    margin-inline-end: 0.25em;
  }
  [part~='phone'] {
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
`;

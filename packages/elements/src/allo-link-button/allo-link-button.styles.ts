import type { CSSResult } from 'lit';
import { css } from 'lit';

export const styles: CSSResult = css`
  [part~='base'] { min-height: 80px; }
  [part='tag'] { font-weight: 600; }
`;

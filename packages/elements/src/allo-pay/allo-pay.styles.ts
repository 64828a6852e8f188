import type { CSSResult } from 'lit';
import { css } from 'lit';

export const styles: CSSResult = css`
  /* Room for a label of two lines, so that neither a long amount nor another state of the button moves the page. */
  [part~='base'], [part~='main'], i:first-child { min-height: max(var(--_height), 56px); }
  [part~='main'] { padding-block: 6px; }
  i + i { display: none; }
  dl { flex: 1 1 100%; padding-block-start: calc(var(--_space) / 2); border-block-start: 1px solid var(--_border); }
  dt { color: var(--_muted); }
  [part~='total'] dd { font-weight: 700; }
`;

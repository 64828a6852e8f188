import type { CSSResult } from 'lit';
import { css } from 'lit';

/**
 * There is room for a label of two lines, so that neither a long amount nor another state of the button moves the page.
 * The wallet stands in the first of them: beside both it would be far from the centred words.
 */
export const styles: CSSResult = css`
  [part~='base'], [part~='main'], i { min-height: max(var(--_height), 56px); }
  [part~='main'] { display: block; padding-block: 6px; text-wrap: balance; }
  [part~='main'] svg, ::slotted([slot='icon']) { margin-block: -3px; margin-inline-end: 10px; vertical-align: middle; }
  dl { flex: 1 1 100%; padding-block-start: calc(var(--_space) / 2); border-block-start: 1px solid var(--_border); }
  dt { color: var(--_muted); }
  dd { overflow-wrap: anywhere; }
  [part~='total'] dd { font-weight: 700; }
`;

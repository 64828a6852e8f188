import type { CSSResult } from 'lit';
import { css } from 'lit';

export const styles: CSSResult = css`
  /* Room for a label of two lines, so that neither a long amount nor another state of the button moves the page. */
  [part~='base'],
  [part~='base'] > [part~='primary'],
  [part~='skeleton'] i:first-child {
    min-height: max(var(--_button-height), 56px);
  }
  [part~='base'] > [part~='primary'] {
    padding-block: 6px;
  }
  [part~='skeleton'] i + i {
    display: none;
  }
  [part~='receipt'] {
    padding-block-start: calc(var(--_space) / 2);
    border-block-start: 1px solid var(--_border);
  }
  [part~='total'] dd {
    font-weight: 700;
  }
`;

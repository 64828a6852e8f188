import type { CSSResult } from 'lit';
import { css } from 'lit';

export const styles: CSSResult = css`
  [part~='card'] {
    min-height: 122px;
  }
  [part~='caption'] {
    display: flex;
    align-items: center;
    gap: 6px;
    padding-inline-end: 44px;
  }
  [part~='caption'] [part~='icon'] {
    width: 18px;
    height: 18px;
  }
  [part~='amount'] {
    font-size: var(--_amount);
    font-weight: 700;
    letter-spacing: -0.01em;
    line-height: 1.35;
  }
  [part~='rows'] {
    margin-block: 4px;
    font-size: var(--_small);
  }
  [part~='refresh'] {
    position: absolute;
    inset-block-start: 6px;
    inset-inline-end: 6px;
    padding: 0;
    color: var(--_muted);
  }
  [part~='skeleton'] i:first-child {
    width: 40%;
    height: 14px;
    margin: 0;
  }
  [part~='skeleton'] i + i {
    width: 65%;
    height: 30px;
    margin-inline: 0;
  }
`;

import type { CSSResult } from 'lit';
import { css } from 'lit';
import { controls } from './controls.styles.ts';
import { layout } from './layout.styles.ts';
import { themes, tokens } from './tokens.styles.ts';

const motion = css`
  [part~='skeleton'] i {
    display: block;
    height: 16px;
    border-radius: var(--_button-radius);
    background: var(--_skeleton);
    animation: breathe 1.6s ease-in-out infinite alternate;
  }
  [part~='skeleton'] i:first-child {
    height: var(--_button-height);
  }
  [part~='skeleton'] i + i {
    width: 60%;
    margin: 10px auto 0;
  }
  [data-icon='busy'] {
    animation: turn 1s linear infinite;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  @keyframes breathe {
    to {
      opacity: 0.55;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
  @media (forced-colors: active) {
    [part~='skeleton'] i,
    [part~='badge'],
    [part~='button'] {
      border: 1px solid;
    }
    [aria-disabled] {
      color: GrayText;
    }
  }
`;

/** The look that all elements share. */
export const base: CSSResult[] = [themes, tokens, layout, controls, motion];

import type { CSSResult } from 'lit';
import { css } from 'lit';

/** What can be pressed or filled in. */
export const controls: CSSResult = css`
  [part~='actions'],
  [part~='form'] {
    display: flex;
    flex: 1 1 14em;
    flex-wrap: wrap;
    gap: calc(var(--_space) / 2);
  }
  [part~='form'],
  [part~='form'] > * {
    flex-basis: 100%;
  }
  [part~='button'] {
    display: inline-flex;
    flex: 1 1 auto;
    align-items: center;
    justify-content: center;
    gap: 10px;
    min-height: var(--_button-height);
    padding: 8px 16px;
    border: 1px solid var(--_border);
    border-radius: var(--_button-radius);
    background: transparent;
    color: inherit;
    font: inherit;
    font-weight: var(--_button-weight);
    line-height: 1.25;
    text-decoration: none;
    cursor: pointer;
    transition: background-color var(--_motion);
    -webkit-tap-highlight-color: transparent;
  }
  [part~='base'] > [part~='primary'] {
    flex-basis: 100%;
  }
  [part~='button']:hover {
    background: color-mix(in srgb, currentColor 7%, transparent);
  }
  [part~='primary'] {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_on-accent);
  }
  [part~='primary']:hover {
    background: var(--_accent-hover);
  }
  [part~='danger'] {
    border-color: transparent;
    background: var(--_danger);
    color: var(--_on-danger);
  }
  [part~='danger']:hover {
    background: color-mix(in srgb, var(--_danger) 86%, currentColor);
  }
  [part~='plain'] {
    flex: none;
    min-width: 44px;
    min-height: 44px;
    padding: 8px 12px;
    border-color: transparent;
    color: var(--_accent);
  }
  [aria-disabled] {
    cursor: default;
  }
  [aria-disabled]:not([data-busy]) {
    opacity: 0.55;
  }
  [part~='button']:focus-visible,
  [part~='input']:focus-visible {
    outline: 3px solid var(--_focus);
    outline-offset: 2px;
  }
  [part~='field-label'] {
    font-weight: 600;
  }
  [part~='input'] {
    width: 100%;
    min-height: var(--_button-height);
    padding: 8px 14px;
    border: 1px solid color-mix(in srgb, currentColor 55%, transparent);
    border-radius: var(--_button-radius);
    background: transparent;
    color: inherit;
    font: inherit;
    font-size: max(1em, 16px);
  }
  [part~='input'][aria-invalid='true'] {
    border-color: var(--_danger);
  }
`;

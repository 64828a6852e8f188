import type { CSSResult } from 'lit';
import { css } from 'lit';

/** The frame, its words and its figures. */
export const layout: CSSResult = css`
  :host {
    display: block;
    font-family: var(--_font);
    line-height: 1.45;
    text-align: start;
  }
  :host([hidden]) {
    display: none;
  }
  * {
    box-sizing: border-box;
    margin: 0;
  }
  [part~='base'] {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: calc(var(--_space) / 2) var(--_space);
    position: relative;
    outline: none;
  }
  [part~='card'] {
    row-gap: calc(var(--_space) * 0.75);
    min-height: 76px;
    padding: var(--_space);
    border: var(--_border-width) solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    color: var(--_text);
    box-shadow: var(--_shadow);
  }
  [role='status'],
  [role='alert'] {
    flex: 999 1 9em;
    min-width: 0;
  }
  div[role]:empty {
    position: absolute;
  }
  [part~='notice'] {
    --_tone: var(--_neutral);
    display: flex;
    align-items: center;
    gap: calc(var(--_space) * 0.75);
  }
  [data-tone='success'] {
    --_tone: var(--_success);
  }
  [data-tone='warning'] {
    --_tone: var(--_warning);
  }
  [data-tone='danger'] {
    --_tone: var(--_danger);
  }
  [part~='notice'][data-tone='wallet'],
  [part~='notice'][data-tone='busy'] {
    --_tone: var(--_accent);
  }
  [part~='badge'] {
    display: grid;
    flex: none;
    place-items: center;
    width: var(--_badge);
    height: var(--_badge);
    border-radius: 50%;
    background: color-mix(in srgb, var(--_tone) 12%, transparent);
    color: var(--_tone);
  }
  [part~='words'] {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  b {
    font-weight: 600;
  }
  [part~='hint'] {
    color: var(--_muted);
    font-size: var(--_small);
  }
  [part~='hint'][data-tone] {
    color: var(--_tone);
  }
  [part~='footnote'] {
    flex: 1 1 100%;
    text-align: center;
  }
  [part~='money'] {
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  [part~='rows'] {
    flex: 1 1 100%;
  }
  [part~='row'] {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 var(--_space);
    padding-block: calc(var(--_space) * 0.375);
  }
  dt {
    color: var(--_muted);
  }
  dd {
    min-width: 0;
    font-weight: 500;
    overflow-wrap: anywhere;
  }
  [part~='icon'],
  ::slotted([slot='icon']) {
    flex: none;
    width: 22px;
    height: 22px;
  }
  [part~='icon'] {
    fill: none;
    stroke: currentColor;
    stroke-width: 1.9;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  [part='hidden'] {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

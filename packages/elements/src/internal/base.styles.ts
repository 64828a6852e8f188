import type { CSSResult } from 'lit';
import { css } from 'lit';
import { themes } from './themes.styles.ts';

/** The public custom properties that are used more than once, or derived from each other, with their defaults. */
const tokens = css`
  :host {
    --_accent: var(--allo-color-accent, light-dark(#1b4fd1, #9dbcff));
    --_muted: var(--allo-color-muted, color-mix(in srgb, currentColor 74%, transparent));
    --_border: var(--allo-color-border, light-dark(#dce1ea, #323845));
    --_danger: var(--allo-color-danger, light-dark(#b3261e, #ffa79d));
    --_radius: var(--allo-button-radius, 10px);
    --_height: var(--allo-button-height, 48px);
    --_space: var(--allo-space, 16px);
    --_tone: var(--_accent);
    font-family: var(--allo-font, inherit);
    line-height: 1.45;
    text-align: start;
  }
  :host(:not([hidden])) { display: block; }
`;

/**
 * The frame, its words and its figures. Beside a skeleton the live region has no box: it would take half of the room, and
 * the words that come have another place in it and would count as moved. Each piece of text has the direction of its own
 * words, whatever the page's is: `Rp` stays before the figures. A reference (`bdi`) is broken only where a line to itself
 * is too short for it. What stands in a slot is somebody else's.
 */
const layout = css`
  :where(:not([slot])) { box-sizing: border-box; margin: 0; }
  [part~='base'], [part='notice'], [part='actions'], form { display: flex; flex-wrap: wrap; align-items: center; gap: calc(var(--_space) * 0.75); }
  [part~='base'] { position: relative; outline: none; }
  [part~='card'] {
    min-height: 76px;
    padding: var(--_space);
    border: var(--allo-border-width, 1px) solid var(--_border);
    border-radius: var(--allo-radius, 14px);
    background: var(--allo-color-surface, light-dark(#fff, #171a21));
    color: var(--allo-color-text, light-dark(#151a23, #eceff5));
    box-shadow: var(--allo-shadow, 0 1px 2px rgb(16 24 40 / 6%));
  }
  [role='status'], [role='alert'], [part='words'] { flex: 999 1 14em; min-width: 0; overflow-wrap: anywhere; }
  [role]:empty { position: absolute; }
  [role]:has(> [part='hidden']) { display: contents; }
  [part='notice'] { flex-wrap: nowrap; }
  [data-tone='success'] { --_tone: var(--allo-color-success, light-dark(#0b7240, #74d8a0)); }
  [data-tone='warning'] { --_tone: var(--allo-color-warning, light-dark(#855000, #ffc673)); }
  [data-tone='neutral'] { --_tone: var(--allo-color-neutral, light-dark(#44506a, #b4bfd4)); }
  [data-tone='danger'] { --_tone: var(--_danger); }
  [part='badge'] {
    display: grid;
    flex: none;
    place-items: center;
    width: var(--allo-badge-size, 40px);
    aspect-ratio: 1;
    border-radius: 50%;
    background: color-mix(in srgb, var(--_tone) 12%, transparent);
    color: var(--_tone);
  }
  [part='title'], label { font-weight: 600; }
  bdi { display: inline-block; }
  p, dd, label, [part='label'], [part='money'], [part='phone'] { unicode-bidi: plaintext; text-align: -webkit-match-parent; text-align: match-parent; }
  [part~='hint'] { color: var(--_muted); font-size: var(--allo-font-size-small, 0.875em); }
  [part='tag'], p[data-tone] { color: var(--_tone); }
  [part~='footnote'] { flex: 1 1 100%; margin-block-start: -4px; text-align: center; }
  [part='money'], [part='phone'] { font-variant-numeric: tabular-nums; }
  [part~='row'] { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 var(--_space); padding-block: 6px; }
  svg, ::slotted([slot='icon']) { flex: none; width: 22px; height: 22px; }
  [part='icon'] { fill: none; stroke: currentColor; stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; }
  [part='hidden'] { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

/** What can be pressed or filled in. No ring around the frame: it gets the focus only from us, when nothing else can take it. */
const controls = css`
  [part='actions'], form { flex: 1 1 14em; min-width: 0; }
  form > * { flex: 1 1 100%; }
  [part~='button'], input {
    flex: 1 1 auto;
    min-height: var(--_height);
    padding: 8px 16px;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: transparent;
    color: inherit;
    font: inherit;
  }
  [part~='button'] {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 10px;
    font-weight: var(--allo-button-weight, 600);
    line-height: 1.25;
    text-align: center;
    text-decoration: none;
    cursor: pointer;
    transition: background-color var(--allo-motion, 160ms);
  }
  [part~='button']:where(:hover) { background: color-mix(in srgb, currentColor 7%, transparent); }
  [part~='primary'] { border-color: transparent; background: var(--_accent); color: var(--allo-color-on-accent, light-dark(#fff, #0a1c47)); }
  [part~='primary']:where(:hover) { background: var(--allo-color-accent-hover, light-dark(#163fa8, #bdd2ff)); }
  [part~='danger'] { border-color: transparent; background: var(--_danger); color: var(--allo-color-on-danger, light-dark(#fff, #45100b)); }
  [part~='plain'] { flex: none; min-width: 44px; min-height: 44px; border-color: transparent; color: var(--_accent); }
  [aria-disabled='true'] { cursor: default; }
  [data-idle='off'] { background: var(--_border); color: var(--_muted); }
  :focus-visible:not(div) { outline: 3px solid var(--allo-color-focus, var(--_accent)); outline-offset: 2px; }
  input { min-width: 0; border-color: currentColor; font-size: max(1em, 16px); }
  [aria-invalid='true'] { border-color: var(--_danger); }
`;

const motion = css`
  i { flex: 1; height: var(--_height); border-radius: var(--_radius); background: var(--allo-color-skeleton, var(--_border)); animation: breathe 1.6s infinite alternate; }
  [data-icon='busy'] { animation: turn 1s linear infinite; }
  @keyframes turn { to { rotate: 1turn; } }
  @keyframes breathe { to { opacity: 0.55; } }
  @media (prefers-reduced-motion: reduce) {
    * { transition: none !important; animation: none !important; }
  }
  @media (forced-colors: active) {
    i, [part='badge'], [part~='button'] { border: 1px solid; }
    [aria-disabled='true'] { color: GrayText; }
  }
`;

/** The look that all elements share. */
export const base: CSSResult[] = [themes, tokens, layout, controls, motion];

import type { TemplateResult } from 'lit';
import { html } from 'lit';

const exclamation = 'M12 7v6m0 4v.1';

/** Our own strokes on a 24 × 24 grid: neutral, no trademark. */
const strokes = {
  wallet: 'M4 7h16v12H4V6l12-3v4m0 6h.1',
  success: 'm6 12 4 4 8-8',
  warning: exclamation,
  danger: exclamation,
  neutral: exclamation,
  busy: 'M12 4a8 8 0 1 1-8 8',
  refresh: 'M19 12a7 7 0 1 1-2-5m2-3v4h-4',
  show: 'M2 12q10-13 20 0-10 13-20 0m10-1v2',
  hide: 'M2 12q10-13 20 0-10 13-20 0M5 5l14 14',
} as const;

export type Icon = keyof typeof strokes;

export function icon(name: Icon): TemplateResult {
  return html`<svg part="icon" data-icon=${name} viewBox="0 0 24 24" aria-hidden="true"><path d=${strokes[name]} /></svg>`;
}

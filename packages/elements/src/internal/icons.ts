import type { TemplateResult } from 'lit';
import { html } from 'lit';

/** Our own strokes on a 24 × 24 grid: neutral, no trademark. */
const strokes = {
  wallet: 'M4 7.5h14.5a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18V6.6A1.6 1.6 0 0 1 5.3 5L16 3.2v4.2M16 13.5h.01',
  success: 'm6.5 12.5 3.7 3.7 7.5-8',
  warning: 'M12 7v6m0 3.6v.01',
  danger: 'M12 7v6m0 3.6v.01',
  neutral: 'M12 11v5.6m0-9.2v.01',
  busy: 'M12 4a8 8 0 1 1-8 8',
  refresh: 'M19 12a7 7 0 1 1-2.1-5M19 4v4h-4',
  show: 'M2.5 12S6 6 12 6s9.5 6 9.5 6-3.5 6-9.5 6-9.5-6-9.5-6m9.5-.9v1.8',
  hide: 'M2.5 12S6 6 12 6s9.5 6 9.5 6-3.5 6-9.5 6-9.5-6-9.5-6M5 5l14 14',
  back: 'M9 7 4.5 11.5 9 16m-4.3-4.5H15a4.5 4.5 0 0 1 0 9h-3',
} as const;

export type Icon = keyof typeof strokes;

export function icon(name: Icon): TemplateResult {
  return html`<svg part="icon" data-icon=${name} viewBox="0 0 24 24" aria-hidden="true"><path d=${strokes[name]} /></svg>`;
}

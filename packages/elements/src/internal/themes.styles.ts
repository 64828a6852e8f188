import type { CSSResult } from 'lit';
import { css } from 'lit';

/** `theme="light|dark|auto"`; without it the page's own `color-scheme` counts. */
export const themes: CSSResult = css`
  :host([theme='light']) { color-scheme: light; }
  :host([theme='dark']) { color-scheme: dark; }
  :host([theme='auto']) { color-scheme: light dark; }
`;

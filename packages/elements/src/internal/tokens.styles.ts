import type { CSSResult } from 'lit';
import { css } from 'lit';

/** `theme="light|dark|auto"`; without it the page's own `color-scheme` counts. */
export const themes: CSSResult = css`
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
  :host([theme='auto']) {
    color-scheme: light dark;
  }
`;

/** The public custom properties with their defaults. What is not a colour or a measure of the page's is inherited from it. */
export const tokens: CSSResult = css`
  :host {
    --_accent: var(--allo-color-accent, light-dark(#1b4fd1, #9dbcff));
    --_accent-hover: var(--allo-color-accent-hover, light-dark(#163fa8, #bdd2ff));
    --_on-accent: var(--allo-color-on-accent, light-dark(#fff, #0a1c47));
    --_surface: var(--allo-color-surface, light-dark(#fff, #171a21));
    --_text: var(--allo-color-text, light-dark(#151a23, #eceff5));
    --_muted: var(--allo-color-muted, color-mix(in srgb, currentColor 74%, transparent));
    --_border: var(--allo-color-border, light-dark(#dce1ea, #323845));
    --_neutral: var(--allo-color-neutral, light-dark(#44506a, #b4bfd4));
    --_success: var(--allo-color-success, light-dark(#0b7240, #74d8a0));
    --_warning: var(--allo-color-warning, light-dark(#855000, #ffc673));
    --_danger: var(--allo-color-danger, light-dark(#b3261e, #ffa79d));
    --_on-danger: var(--allo-color-on-danger, light-dark(#fff, #45100b));
    --_focus: var(--allo-color-focus, light-dark(#1b4fd1, #bdd2ff));
    --_skeleton: var(--allo-color-skeleton, light-dark(#e8ebf1, #2a303b));
    --_radius: var(--allo-radius, 14px);
    --_button-radius: var(--allo-button-radius, 10px);
    --_button-height: var(--allo-button-height, 48px);
    --_button-weight: var(--allo-button-weight, 600);
    --_border-width: var(--allo-border-width, 1px);
    --_shadow: var(--allo-shadow, 0 1px 2px rgb(16 24 40 / 6%));
    --_space: var(--allo-space, 16px);
    --_font: var(--allo-font, inherit);
    --_small: var(--allo-font-size-small, 0.875em);
    --_amount: var(--allo-font-size-amount, 1.75em);
    --_badge: var(--allo-badge-size, 40px);
    --_motion: var(--allo-motion, 160ms);
  }
`;

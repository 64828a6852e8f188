/**
 * The frame of every bank page: a page that works without JavaScript, asks nobody else for anything, and
 * says at the top that it is a simulator.
 *
 * @module
 */
import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { Language, Texts } from './texts.ts';
import { otpCode, pinCode } from './session.ts';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface PageFrame {
  language: Language;
  texts: Texts;
  /** Of the document; the bank's name is added. */
  title: string;
}

export function page({ language, texts, title }: PageFrame, content: Html): Html {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Allo Bank (simulator)</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/simulator/assets/bank.css">
<script src="/simulator/assets/bank.js" defer></script>
</head>
<body>
<p class="notice"><strong>${texts.simulator}</strong> <span>${texts.codes(otpCode, pinCode)}</span></p>
<header class="brand">${walletGlyph()}<span>Allo Bank</span></header>
<main>${content}</main>
</body>
</html>`;
}

/** A neutral wallet: no bank's mark. */
export function walletGlyph(): Html {
  return html`<svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M17 7V5.5A1.5 1.5 0 0 0 15.2 4L5.6 6A2 2 0 0 0 4 8v9.5A2.5 2.5 0 0 0 6.5 20h11a2.5 2.5 0 0 0 2.5-2.5v-8A2.5 2.5 0 0 0 17.500 7H6"/><path d="M20 11.500h-4a2 2 0 0 0 0 4h4"/></svg>`;
}

/** Money and instants as the shop writes them. */

import { language } from './language.ts';

const digits = new Intl.NumberFormat('id-ID', { maximumFractionDigits: 0 });
const locale = language === 'id' ? 'id-ID' : 'en-GB';
const instants = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });

/** `98000` → `Rp 98.000`, with a space that does not break; both languages write rupiah this way. */
export const rupiah = (amount: number): string => `Rp\u00a0${digits.format(amount)}`;

export const instant = (iso: string): string => instants.format(new Date(iso));

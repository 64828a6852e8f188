import type { Money } from './contract.ts';

/** Whether a value from outside is an amount of the contract. */
export function isMoney(value: unknown): value is Money {
  const money = value as Partial<Money> | null | undefined;
  return typeof money?.value === 'string' && /^\d{1,16}\.\d\d$/.test(money.value) && money.currency === 'IDR';
}

/** Below 0 if `a` is less than `b`, 0 if equal, above 0 if more. Digit by digit: exact at any length. */
export function compareMoney(a: Money, b: Money): number {
  const [x, y] = [a, b].map(({ value }) => value.padStart(19, '0')) as [string, string];
  return x < y ? -1 : Number(x > y);
}

/**
 * `Rp 125.000`, with sen only if there are any: `Rp 125.000,50`. The space does not break. Written digit by digit
 * rather than by `Intl`: the same in every engine, exact at any length, and nothing to load before the first paint.
 */
export function formatMoney(money: Money): string {
  const [rupiah, sen] = digits(money);
  return `Rp\u00a0${rupiah.replace(/\B(?=(\d{3})+$)/g, '.')}${sen && `,${sen}`}`;
}

/** `125000 rupiah`: without marks between the digits every voice reads it right, whatever its language. */
export function speakMoney(money: Money): string {
  const [rupiah, sen] = digits(money);
  return `${rupiah} rupiah${sen && ` ${sen} sen`}`;
}

/** Without zeros in front, and without sen if there are none. */
function digits({ value }: Money): [rupiah: string, sen: string] {
  const [rupiah = '', sen = ''] = value.replace(/^0+(?=\d)/, '').split('.');
  return [rupiah, sen.replace('00', '')];
}

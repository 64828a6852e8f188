import type { Money } from './contract.ts';

const shape = /^\d{1,16}\.\d{2}$/;

/** Whether a value from outside is an amount of the contract. */
export function isMoney(value: unknown): value is Money {
  const money = value as Partial<Money> | null | undefined;
  return typeof money?.value === 'string' && shape.test(money.value) && money.currency === 'IDR';
}

/** Below 0 if `a` is less than `b`, 0 if equal, above 0 if more. Digit by digit: exact at any length. */
export function compareMoney(a: Money, b: Money): number {
  const [x, y] = [sen(a), sen(b)];
  return x.length - y.length || (x < y ? -1 : Number(x > y));
}

/**
 * `Rp 125.000`, with sen only if there are any: `Rp 125.000,50`. The space does not break. Written digit by digit
 * rather than by `Intl`: the same in every engine, exact at any length, and nothing to load before the first paint.
 */
export function formatMoney({ value }: Money): string {
  const [rupiah, cents] = digits(value);
  const grouped = rupiah.replace(/\B(?=(\d{3})+$)/g, '.');
  return `Rp\u00a0${grouped}${cents === '00' ? '' : `,${cents}`}`;
}

/** `125000 rupiah`: without marks between the digits every voice reads it right, whatever its language. */
export function speakMoney({ value }: Money): string {
  const [rupiah, cents] = digits(value);
  return `${rupiah} rupiah${cents === '00' ? '' : ` ${cents} sen`}`;
}

function digits(value: string): [rupiah: string, sen: string] {
  const [rupiah = '0', cents = '00'] = value.split('.');
  return [rupiah.replace(/^0+(?=\d)/, ''), cents];
}

function sen({ value }: Money): string {
  return value.replace('.', '').replace(/^0+(?=\d)/, '');
}

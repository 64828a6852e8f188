import type { CSSResult } from 'lit';
import { css } from 'lit';

/**
 * One card: the cards of the elements inside give up their frames. The steps have the height of the commonest one, an
 * account with its balance and the button, from the first paint on: what stands below the checkout stays where it is.
 * Grey shapes of its own, since those inside would be seen moving to where their element stands in the end; the payment
 * is there all the same, unseen, so that what it says first is read out. Points and credit are not paid with.
 */
export const styles: CSSResult = css`
  [part='base card'] { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--_space); }
  [part='order'] { padding-block-end: calc(var(--_space) * 0.75); border-block-end: 1px solid var(--_border); }
  [part~='line'], [part='row sum'] { flex-wrap: nowrap; align-items: baseline; min-height: 36px; }
  [part~='line'] { color: var(--_muted); }
  [part='name'] { min-width: 0; overflow-wrap: anywhere; }
  [part='price'] { flex: none; }
  [part='name'], [part='price'] { unicode-bidi: plaintext; }
  [part='row sum'] { font-weight: 700; }
  [part='order'] i { flex: none; align-self: center; width: 30%; height: 14px; margin: 0; }
  [part='order'] i:first-child:not(:only-child) { width: 45%; }
  [part='steps'] { display: grid; grid-template-columns: minmax(0, 1fr); align-content: start; gap: var(--_space); min-height: 214px; }
  [part='steps'] > [part='skeleton'] { display: grid; grid-template-rows: 46px 80px 56px; align-items: center; gap: var(--_space); }
  [part='skeleton'] i { width: 65%; height: 40px; margin: 0; }
  [part='skeleton'] i:nth-child(2) { height: 54px; }
  [part='skeleton'] i:last-child { width: 100%; height: 56px; }
  allo-pay:not([state]), allo-pay[state='loading'] { position: absolute; opacity: 0; }
  allo-pay[state='unlinked'] { order: -1; }
  [part='steps'] > ::part(card) { min-height: 0; padding: 0; border: 0; border-radius: 0; background: none; box-shadow: none; }
  [part='steps'] > allo-balance::part(card) { min-height: 80px; }
  allo-link-button::part(base) { min-height: 46px; }
  allo-link-button::part(footnote) { text-wrap: balance; }
  allo-link-button::part(plain) { inset-block-start: -21px; padding-block: 20px 0; margin-inline-end: -16px; }
  allo-balance::part(tools) { inset-block-start: -12px; inset-inline-end: -11px; }
  allo-balance::part(row), [data-sum] > ::part(total) { display: none; }
`;

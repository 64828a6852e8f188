/**
 * What JSX in React 19 knows of the tags: the right use compiles, each wrong one does not. A misspelt name with a
 * hyphen is nothing that TypeScript reports in JSX, whatever the typings; a misspelt property is.
 */
import { useRef } from 'react';
import type { ReactElement } from 'react';
import type { AlloPay, Payment } from '@allo-kit/elements';
import type {} from '@allo-kit/elements/react';

export function Checkout({ thank, tell }: { thank: (payment: Payment) => void; tell: (words: string | undefined) => void }): ReactElement {
  const pay = useRef<AlloPay>(null);
  return (
    <allo-provider endpoint="/allo" credentials="include" theme="auto" lang="id" messages={{ id: { pay: 'Bayar {amount}' } }} onallo-error={({ error }) => tell(error.requestId)}>
      <allo-link-button key="link" return-to="/account" presentation="popup" onallo-linked={({ account }) => tell(account.phone)} />
      <allo-balance class="wide" className="wide" masked hidden={false} onallo-balance-loaded={(event) => tell(event.currentTarget.balance?.asOf)} />
      <allo-pay
        ref={pay}
        orderId="INV-7"
        returnTo="/orders/INV-7"
        disabled={false}
        disabledReason={undefined}
        style={{ maxWidth: 360 }}
        aria-label="Allo Bank"
        onClick={() => pay.current?.refresh()}
        onallo-pay-started={(event) => event.preventDefault()}
        onallo-paid={({ payment }) => thank(payment)}
        onallo-state-change={({ previous, state }) => tell(`${previous} ${state}`)}
      />
      <allo-pay order-id="INV-7" return-to="/orders/INV-7" disabled-reason="Terms first" theme="dark" />
      <allo-refund payment-id="p-1" amount="125000.00" status="paid" reason="asked for" onallo-refunded={({ payment }) => thank(payment)} />
    </allo-provider>
  );
}

export const wrong: ReactElement[] = [
  // @ts-expect-error there is no such tag
  <allo-payment order-id="INV-7" />,
  // @ts-expect-error there is no such property: a page never says an amount
  <allo-pay amount="125000.00" />,
  // @ts-expect-error an order id is a text
  <allo-pay orderId={7} />,
  // @ts-expect-error an attribute, too
  <allo-pay order-id={7} />,
  // @ts-expect-error no such way to the bank
  <allo-link-button presentation="tab" />,
  // @ts-expect-error no such theme
  <allo-balance theme="sepia" />,
  // @ts-expect-error no such status
  <allo-refund status="payed" />,
  // @ts-expect-error texts are given by language
  <allo-provider messages={{ pay: 'Bayar' }} />,
  // @ts-expect-error no such text
  <allo-provider messages={{ id: { payy: 'Bayar' } }} />,
  // @ts-expect-error it is to be read only
  <allo-pay state="paid" />,
  // @ts-expect-error this one, too
  <allo-pay order={undefined} error={undefined} />,
  // @ts-expect-error the name is the event's own
  <allo-pay onAlloPaid={() => undefined} />,
  // @ts-expect-error the event carries a payment, and no detail
  <allo-pay onallo-paid={(event: CustomEvent<Payment>) => event.detail} />,
  // @ts-expect-error a balance is not a payment
  <allo-pay onallo-paid={(event: { readonly balance: string }) => event} />,
  // @ts-expect-error another element
  <allo-pay ref={(element: HTMLAnchorElement | null) => element?.click()} />,
];

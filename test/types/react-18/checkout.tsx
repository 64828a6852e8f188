/** What JSX in React 18 knows of the tags: it sets attributes and nothing else, so nothing else compiles. */
import { useEffect, useRef } from 'react';
import type { ReactElement } from 'react';
import type { AlloPay, Payment } from '@allo-kit/elements';
import type {} from '@allo-kit/elements/define';
import type {} from '@allo-kit/elements/react';

export function Checkout({ thank, agreed }: { thank: (payment: Payment) => void; agreed: boolean }): ReactElement {
  const pay = useRef<AlloPay>(null);
  useEffect(() => {
    const leaving = new AbortController();
    pay.current?.addEventListener('allo-paid', ({ payment }) => thank(payment), leaving);
    return () => leaving.abort();
  }, [thank]);
  return (
    <allo-provider endpoint="/allo" credentials="include" theme="auto" lang="id">
      <allo-link-button key="link" return-to="/account" presentation="popup" />
      <allo-balance class="wide" masked="" hidden="" style={{ maxWidth: 360 }} />
      <allo-pay ref={pay} order-id="INV-7" disabled={agreed ? undefined : ''} disabled-reason="Terms first" aria-label="Allo Bank" onClick={() => pay.current?.refresh()} />
    </allo-provider>
  );
}

export const wrong: ReactElement[] = [
  // @ts-expect-error there is no such tag
  <allo-payment order-id="INV-7" />,
  // @ts-expect-error a property would become the attribute "orderid", which means nothing
  <allo-pay orderId="INV-7" />,
  // @ts-expect-error false would become "false", which is a yes
  <allo-pay disabled={false} />,
  // @ts-expect-error false would become "false" here, too
  <allo-balance hidden={false} />,
  // @ts-expect-error would become the attribute "classname"
  <allo-balance className="wide" />,
  // @ts-expect-error an object cannot be an attribute
  <allo-provider messages={{ id: { pay: 'Bayar {amount}' } }} />,
  // @ts-expect-error React 18 listens to no event of its own accord
  <allo-pay onallo-paid={() => undefined} />,
  // @ts-expect-error no such way to the bank
  <allo-link-button presentation="tab" />,
  // @ts-expect-error an order id is a text
  <allo-pay order-id={7} />,
  // @ts-expect-error there is no such attribute: a page never says an amount
  <allo-pay amount="125000.00" />,
];

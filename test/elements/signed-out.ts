/**
 * A shared computer: one customer signs out, another one, or nobody, looks at the page again. What the backend then says
 * is not theirs must be gone from the elements; what merely could not be asked for must stay.
 *
 * @module
 */
import { expect } from '@open-wc/testing';
import type { ProblemCode } from '../../packages/elements/src/contract.ts';
import type { AlloCheckout, AlloPay } from '../../packages/elements/src/index.ts';
import type { Backend, BackendRoute } from '../../packages/elements/src/msw.ts';
import type { Shown } from './stage.ts';
import { drawn, findAll, mount, record, rootsOf, serve, shows, textOf, until } from './stage.ts';

/** The backend says so of what is not for who asks, or is not there. */
export const gone = ['UNAUTHENTICATED', 'ORDER_NOT_FOUND', 'NOT_FOUND', 'FORBIDDEN'] as const satisfies ProblemCode[];
/** Nothing is said of what was asked for. */
export const away = ['network', 'BANK_UNAVAILABLE', 'RATE_LIMITED', 'STORE_UNAVAILABLE', 'INTERNAL_ERROR'] as const satisfies (ProblemCode | 'network')[];
/** What is known of a payment, and the state in which `<allo-pay>` shows it. */
const known = { paid: 'paid', 'requires-action': 'waiting', processing: 'processing', failed: 'failed', refunded: 'refunded' } as const;

/** All that an element may ask for. */
export const all: BackendRoute[] = ['account', 'balance', 'order', 'payment', 'refund', 'unlink', 'pay'];

export function refuse(backend: Backend, code: (typeof gone)[number], routes = all): void {
  for (const route of routes) backend.fail(route, code, { retryable: false });
}

export function heal(backend: Backend): void {
  for (const route of all) backend.heal(route);
}

/** The page comes out of the back-forward cache, as it was left. */
export function comeBack(): void {
  window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
}

/** All that can be read in an element and in those inside it. */
const wordsOf = (element: Element): string => rootsOf(element).map(({ host }) => textOf(host)).join(' ');

/** Asks after the payment now, as the shopper does by the button, in whichever element it is. */
function ask(element: Element): void {
  findAll(element, 'button').find(({ textContent }) => textContent.includes('Periksa status'))?.click();
}

/** What reached the backend before is answered, and drawn. */
export async function answered(endpoint: string, element: Shown): Promise<void> {
  await fetch(`${endpoint}/account`).catch(() => undefined);
  await drawn(element);
}

export async function showsNothingOf(element: Shown & { order?: unknown }): Promise<void> {
  await shows(element, 'error');
  // The account may have been answered before the order.
  await until(() => element.order === undefined, () => 'the order is kept');
  await drawn(element);
  expect(wordsOf(element)).to.not.match(/Rp|Pembayaran|[0-9a-f]{8}/);
  expect(findAll(element, 'a, dl')).to.deep.equal([]);
}

/** What an element does that shows an order and its payment. */
export function forgetsAnOrder(tag: 'allo-pay' | 'allo-checkout'): void {
  const open = (endpoint: string): Promise<AlloPay | AlloCheckout> => mount(tag, { endpoint, 'order-id': 'INV-7' });

  for (const code of gone) {
    for (const [status, state] of Object.entries(known) as [keyof typeof known, string][]) {
      it(`shows nothing of an order that was ${state} when it is answered with ${code}`, async () => {
        const { backend, endpoint } = serve();
        backend.settle('INV-7', status);
        const element = await open(endpoint);
        await shows(element, state);
        refuse(backend, code);
        comeBack();
        await showsNothingOf(element);
      });
    }

    it(`shows nothing of an order that nobody paid when it is answered with ${code}`, async () => {
      const { backend, endpoint } = serve();
      const element = await open(endpoint);
      await shows(element, 'ready');
      refuse(backend, code);
      comeBack();
      await showsNothingOf(element);
    });

    it(`shows nothing when the asking after a payment is answered with ${code}`, async () => {
      const { backend, endpoint } = serve();
      backend.settle('INV-7', 'requires-action');
      const element = await open(endpoint);
      await shows(element, 'waiting');
      refuse(backend, code, ['payment']);
      ask(element);
      await showsNothingOf(element);
    });
  }

  it('shows nothing of a payment that is kept from somebody who may see the order', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'paid');
    const element = await open(endpoint);
    await shows(element, 'paid');
    delete backend.orders['INV-7']?.payment;
    comeBack();
    await showsNothingOf(element);
    expect(backend.count('payment')).to.equal(1);
  });

  it('asks no more after a payment that it has forgotten', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'processing');
    const element = await open(endpoint);
    await shows(element, 'processing');
    refuse(backend, 'NOT_FOUND', ['payment']);
    ask(element);
    await showsNothingOf(element);
    const asked = backend.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(backend.requests).to.have.length(asked);
  });

  for (const code of away) {
    it(`keeps the receipt when the order could not be read: ${code}`, async () => {
      const { backend, endpoint } = serve();
      backend.settle('INV-7', 'paid');
      const element = await open(endpoint);
      await shows(element, 'paid');
      for (const route of all) backend.fail(route, code);
      const asked = backend.count('order');
      element.refresh();
      comeBack();
      // A connection that broke is tried once more.
      await until(() => backend.count('order') > asked + Number(code === 'network'));
      await answered(endpoint, element);
      expect(element.state).to.equal('paid');
      expect(wordsOf(element)).to.contain('Pembayaran berhasil').and.contain('3f0c9b7e52a84d16b0c7d1e98a4f6025');
      expect(element.order?.payment?.status).to.equal('paid');
    });

    it(`keeps the way to the bank when the payment could not be asked after: ${code}`, async () => {
      const { backend, endpoint } = serve();
      backend.settle('INV-7', 'requires-action');
      const element = await open(endpoint);
      await shows(element, 'waiting');
      backend.fail('payment', code);
      ask(element);
      await until(() => backend.count('payment') > Number(code === 'network'));
      await answered(endpoint, element);
      expect(element.state).to.equal('waiting');
      expect(findAll(element, 'a')).to.have.length(1);
    });
  }

  it('loads again from the server when the shopper signs in again', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'requires-action');
    const element = await open(endpoint);
    await shows(element, 'waiting');
    refuse(backend, 'UNAUTHENTICATED');
    comeBack();
    await showsNothingOf(element);
    heal(backend);
    comeBack();
    await shows(element, 'waiting');
    await drawn(element);
    expect(findAll(element, 'a')).to.have.length(1);
    const events = record(element, 'allo-paid');
    backend.settle('INV-7', 'paid');
    await shows(element, 'paid');
    await until(() => events.length > 0);
    expect(events).to.have.length(1);
  });
}

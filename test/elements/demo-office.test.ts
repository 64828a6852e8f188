/** The demo's back office, open for hours: a row is changed in place. */
import { expect } from '@open-wc/testing';
import { until } from './stage.ts';

const order = (status: string, paymentId: string) => ({
  orderId: 'TP-1', customerId: 'guest-abcdef', placedAt: '2026-11-23T10:00:00.000Z', name: 'Budi', totalRupiah: 125000, status, paymentId,
  lines: [{ productId: 'gayo', name: 'Kopi Gayo', rupiah: 125000, quantity: 1 }],
});
const owed = (paymentId: string) => ({ orderId: 'TP-1', paymentId, totalRupiah: 125000 });

const shown = (selector: string): Promise<void> => until(() => document.querySelector(selector) !== null, () => `there is no ${selector}`);

// It looks every few seconds.
describe('the back office', () => {
  const { fetch } = window;
  let office = { orders: [order('refunded', 'payment-A')], owed: [] as object[], events: [] as object[] };
  const asked: string[] = [];

  before(async () => {
    window.fetch = async (input, init) => {
      const url = String(input instanceof Request ? input.url : input);
      if (url.endsWith('/api/office')) return new Response(JSON.stringify(office), { headers: { 'content-type': 'application/json' } });
      if (init?.method === 'POST' && url.includes('/refund')) {
        asked.push(url);
        // What the server answers of A: it was given back long ago.
        const payment = { paymentId: 'payment-A', orderId: 'TP-1', status: 'refunded', amount: { value: '125000.00', currency: 'IDR' }, createdAt: '2026-11-23T10:00:00Z', updatedAt: '2026-11-23T10:00:00Z' };
        return new Response(JSON.stringify(payment), { headers: { 'content-type': 'application/json' } });
      }
      return fetch(input, init);
    };
    document.body.innerHTML = '<header class="top"></header><main id="main"></main><footer class="bottom"></footer>';
    await import('../../demo/storefront/office/office.ts');
  });
  after(() => void (window.fetch = fetch));

  it('gives back the payment that paid the order, also if the page was open since another one of it was given back', async () => {
    await shown('allo-refund[state=refunded]');
    // B has paid the order since.
    office = { ...office, orders: [order('paid', 'payment-B')], events: [{ id: 'e', type: 'payment.paid', at: '2026-11-23T11:00:00.000Z', customerId: 'guest-abcdef', orderId: 'TP-1', reference: 'r' }] };
    await shown('#TP-1[data-status=paid]');
    await shown('allo-refund[state=ready]');
    const refund = document.querySelector('allo-refund') as HTMLElement & { state: string };
    refund.shadowRoot?.querySelector('button')?.click();
    await until(() => refund.state === 'confirming');
    refund.shadowRoot?.querySelector<HTMLElement>('[part~=danger]')?.click();
    await until(() => asked.length > 0);
    expect(asked.map((url) => url.replace(location.origin, ''))).to.deep.equal(['/allo/payments/payment-B/refund']);
  });

  it('shows what is owed besides once, and until the page is opened again, also when a colleague has transferred it', async () => {
    expect(getComputedStyle(document.querySelector('#owed') as Element).display).to.equal('none');
    // C took the money late, and the bank cannot give it back any more.
    office = { ...office, owed: [owed('payment-C')] };
    await shown('#owed:not([hidden]) [data-owed=TP-1] allo-refund[payment-id=payment-C][state=manual]');
    office = { ...office, events: [] };
    await shown('#events p');
    expect(document.querySelectorAll('#owed li').length).to.equal(1);
    office = { ...office, owed: [] };
    await shown('#owed [data-owed=TP-1] allo-refund[payment-id=payment-C][state=refunded]');
  });

  it('asks for each transfer where the payment of an order is another one within one look', async () => {
    office = { ...office, orders: [order('refund-by-hand', 'payment-D')] };
    await shown('#orders allo-refund[payment-id=payment-D][state=manual]');
    office = { ...office, orders: [order('refund-by-hand', 'payment-B')], owed: [owed('payment-D')] };
    await shown('#orders allo-refund[payment-id=payment-B][state=manual]');
    await shown('#owed allo-refund[payment-id=payment-D][state=manual]');
  });
});

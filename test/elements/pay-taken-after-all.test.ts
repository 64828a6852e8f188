import { expect } from '@open-wc/testing';
import type { Payment } from '../../packages/elements/src/contract.ts';
import { clearStage, closeStage, mountPay, openStage, press, record, roundTrips, serve, shows, textOf, until } from './stage.ts';

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

describe('<allo-pay>, of money that was taken after all', () => {
  before(openStage);
  after(closeStage);
  afterEach(clearStage);

  const { fetch } = window;
  afterEach(() => void (window.fetch = fetch));

  it('shows a payment as paid that it showed as failed, though the clock of the server that heard the second is behind', async () => {
    const { backend, endpoint } = serve();
    // One server writes down 06 with a clock that is 20 s ahead; the other one 00, a moment later, with a right one.
    backend.settle('INV-7', 'failed').updatedAt = inSeconds(20);
    const element = await mountPay(endpoint);
    await shows(element, 'failed');
    backend.settle('INV-7', 'paid');
    element.refresh();
    await shows(element, 'paid');
  });

  it('does not say that no money was taken where the order\'s standing payment took it, late, while the one it followed came to nothing', async () => {
    const { backend, endpoint } = serve();
    const other = Object.assign(backend.settle('INV-7', 'processing'), { paymentId: 'pay-B', createdAt: inSeconds(-600) });
    const element = await mountPay(endpoint);
    await shows(element, 'processing');
    // As the server answers: B has expired just now; what stands for the order is A, looked at half a minute ago (`late_success` is shown as `review`).
    const late: Payment = { ...other, paymentId: 'pay-A', status: 'review', createdAt: inSeconds(-1200), updatedAt: inSeconds(-30), receipt: { paidAt: inSeconds(-500), reference: 'a'.repeat(32) } };
    const expired: Payment = { ...other, status: 'expired', failure: 'EXPIRED', updatedAt: inSeconds(0) };
    const order = backend.orders['INV-7'];
    if (!order) throw new Error('no order');
    order.payment = late;
    backend.orders['elsewhere'] = { ...order, orderId: 'elsewhere', payment: expired };
    press(element, 'Periksa status');
    await shows(element, 'review');
    expect(backend.count('order')).to.equal(2);
  });

  it('does not say so either where an earlier payment took it while the bank refused the one that was pressed for', async () => {
    const { backend, endpoint } = serve({ payAs: 'failed' });
    const early = Object.assign(backend.settle('INV-7', 'expired'), { createdAt: inSeconds(-900), updatedAt: inSeconds(-300) });
    const element = await mountPay(endpoint);
    await shows(element, 'expired');
    window.fetch = async (...given) => {
      const answer = await fetch(...given);
      const order = backend.orders['INV-7'];
      // While the bank was asked it told that the earlier one was paid after all: `late_success`, shown as `review`.
      if (answer.url.endsWith('/payments') && order) order.payment = { ...early, status: 'review', updatedAt: inSeconds(0), receipt: { paidAt: inSeconds(0), reference: 'a'.repeat(32) } };
      return answer;
    };
    press(element, 'Bayar lagi');
    await shows(element, 'review');
    expect(backend.count('pay')).to.equal(1);
    expect(textOf(element)).to.not.contain('tidak terpotong');
  });

  it('does not ask on and on where the order is told without the payment, which came to nothing', async () => {
    const { backend, endpoint } = serve();
    const failed = backend.settle('INV-7', 'failed');
    const element = await mountPay(endpoint);
    await shows(element, 'failed');
    const order = backend.orders['INV-7'];
    if (!order) throw new Error('no order');
    // Another customer, who may pay the order, too, has begun a payment: it stands for the order, and is not this shopper's.
    delete order.payment;
    backend.orders['elsewhere'] = { ...order, orderId: 'elsewhere', payment: failed };
    element.refresh();
    await until(() => backend.count('payment') > 0);
    await roundTrips(endpoint);
    expect([backend.count('order'), backend.count('payment')]).to.deep.equal([2, 1]);
  });

  it('shows that the money came back though the clock of the server that heard it is behind', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'paid').updatedAt = inSeconds(20);
    const element = await mountPay(endpoint);
    const events = record(element, 'allo-refunded');
    await shows(element, 'paid');
    backend.settle('INV-7', 'refunded');
    element.refresh();
    await shows(element, 'refunded');
    await until(() => events.length === 1);
  });
});

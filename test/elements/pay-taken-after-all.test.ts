import { expect } from '@open-wc/testing';
import type { Payment } from '../../packages/elements/src/contract.ts';
import { clearStage, closeStage, mountPay, openStage, press, serve, shows } from './stage.ts';

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

describe('<allo-pay>, of money that was taken after all', () => {
  before(openStage);
  after(closeStage);
  afterEach(clearStage);

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
});

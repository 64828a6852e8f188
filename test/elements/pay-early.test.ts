import { expect } from '@open-wc/testing';
import { clearStage, closeStage, mountPay, openStage, record, serve, shows } from './stage.ts';

// Alone in its file: only the first element of a page is drawn before what comes later is there.
describe('<allo-pay> pressed before all of it is there', () => {
  before(openStage);
  after(closeStage);
  afterEach(clearStage);

  it('pays no order that it was switched to meanwhile', async () => {
    const orders = Object.fromEntries(['A', 'B'].map((orderId) => [orderId, { orderId, amount: { value: '1000.00', currency: 'IDR' } as const, lines: [] }]));
    const { backend, endpoint } = serve({ orders });
    const element = await mountPay(endpoint, { 'order-id': 'A' });
    const started = record(element, 'allo-pay-started');
    await shows(element, 'ready');
    element.pay();
    element.orderId = 'B';
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await shows(element, 'ready');
    expect(element.order?.orderId).to.equal('B');
    expect(started.map(({ orderId }) => orderId)).to.not.include('B');
    expect(backend.requests.map(({ body }) => body)).to.not.deep.include({ orderId: 'B', returnTo: location.pathname + location.search });
  });
});

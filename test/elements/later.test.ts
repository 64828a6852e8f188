import { expect } from '@open-wc/testing';
import { HttpResponse, http } from 'msw';
import { closeStage, mountPay, openStage, press, record, serve, shows, textOf, worker } from './stage.ts';

/** A page of its own: a browser fetches a module once. */
describe('what <allo-pay> fetches later', () => {
  before(openStage);
  after(closeStage);

  it('is there before money may move; while it cannot be had, the element says so and has a way on', async () => {
    const { backend, endpoint } = serve();
    worker.use(http.get('*/allo-pay/pay-views.ts', () => HttpResponse.error()));
    const element = await mountPay(endpoint);
    const errors = record(element, 'allo-error');
    await shows(element, 'error');
    expect(textOf(element)).to.contain('Koneksi terputus');
    expect(errors.map(({ error }) => error.code)).to.deep.equal(['NETWORK_ERROR']);
    element.pay();
    expect(backend.count('pay')).to.equal(0);
    worker.resetHandlers();
    const again = serve();
    element.endpoint = again.endpoint;
    // Elsewhere the way on is a new page: other browsers keep in mind that the file could not be fetched.
    if (!('chrome' in window)) return;
    press(element, 'Coba lagi');
    await shows(element, 'ready');
    press(element, 'Bayar');
    await shows(element, 'waiting');
  });
});

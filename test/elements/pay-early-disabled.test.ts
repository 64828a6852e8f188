import { expect } from '@open-wc/testing';
import { clearStage, closeStage, mountPay, openStage, record, serve, shows } from './stage.ts';

// Alone in its file: only the first element of a page is drawn before what comes later is there.
describe('<allo-pay> pressed before all of it is there', () => {
  before(openStage);
  after(closeStage);
  afterEach(clearStage);

  it('pays nothing that the page has switched off meanwhile', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    const started = record(element, 'allo-pay-started');
    await shows(element, 'ready');
    element.pay();
    element.disabled = true;
    await shows(element, 'disabled');
    // By now the rest of it is there, and whoever waited for that has gone on.
    await import('../../packages/elements/src/allo-pay/pay-views.ts');
    await new Promise((resolve) => void setTimeout(resolve));
    expect([started.length, backend.count('pay')]).to.deep.equal([0, 0]);
  });
});

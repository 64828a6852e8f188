import { expect } from '@open-wc/testing';
import { away, comeBack, forgetsAnOrder, gone, heal, refuse, showsNothingOf } from './signed-out.ts';
import type { Shown } from './stage.ts';
import { clearStage, closeStage, drawn, mount, openStage, press, record, serve, shows, textOf, until } from './stage.ts';

describe('what belongs to a customer who signed out, in the elements that no script file has', () => {
  before(openStage);
  after(closeStage);
  afterEach(clearStage);

  describe('<allo-checkout>', () => forgetsAnOrder('allo-checkout'));

  async function askForRefund(element: Shown): Promise<void> {
    press(element, 'Kembalikan dana');
    await shows(element, 'confirming');
    press(element, 'Ya, kembalikan');
    await shows(element, 'refunding');
  }

  for (const code of gone) {
    it(`is not shown by <allo-refund> again once the refund was answered with ${code}`, async () => {
      const { backend, endpoint } = serve({ refundAs: 'processing' });
      backend.settle('INV-7', 'paid');
      const element = await mount('allo-refund', { endpoint, 'payment-id': 'pay-1', amount: '125000.00' });
      await askForRefund(element);
      refuse(backend, code);
      press(element, 'Periksa status');
      await showsNothingOf(element);
      backend.fail('refund', 'network');
      const asked = backend.count('refund');
      element.refresh();
      await until(() => backend.count('refund') > asked && element.error?.code === 'NETWORK_ERROR');
      await showsNothingOf(element);
      heal(backend);
      backend.settle('INV-7', 'refunded');
      const events = record(element, 'allo-refunded');
      element.refresh();
      await shows(element, 'refunded');
      await until(() => events.length > 0);
      expect(new Set(backend.requests.map(({ headers }) => headers.get('Idempotency-Key'))).size, 'one refund').to.equal(1);
      refuse(backend, code);
      element.refresh();
      await showsNothingOf(element);
      heal(backend);
      element.refresh();
      await shows(element, 'refunded');
      await element.updateComplete;
      expect(events).to.have.length(1);
    });
  }

  for (const code of away) {
    it(`stays on <allo-refund> when the refund could not be asked after: ${code}`, async () => {
      const { backend, endpoint } = serve({ refundAs: 'processing' });
      backend.settle('INV-7', 'paid');
      const element = await mount('allo-refund', { endpoint, 'payment-id': 'pay-1' });
      await askForRefund(element);
      backend.fail('refund', code);
      comeBack();
      await until(() => backend.count('refund') > 1);
      await fetch(`${endpoint}/account`);
      await drawn(element);
      expect(element.state).to.equal('refunding');
      expect(textOf(element)).to.contain('b81d40c6fa3e4972a5d0e7134c89f26b');
    });
  }
});

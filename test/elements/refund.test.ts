import { expect } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import type { AlloRefund } from '../../packages/elements/src/index.ts';
import type { Backend } from '../../packages/elements/src/msw.ts';
import type { Shown } from './stage.ts';
import { clearStage, closeStage, control, inside, mount, openStage, press, record, serve, shows, textOf, until } from './stage.ts';

describe('<allo-refund>', () => {
  before(openStage);
  after(closeStage);
  afterEach(() => Reflect.deleteProperty(navigator, 'onLine'));
  afterEach(clearStage);

  async function mountPaid(initial: Parameters<typeof serve>[0] = {}): Promise<{ backend: Backend; endpoint: string; element: Shown }> {
    const { backend, endpoint } = serve(initial);
    backend.settle('INV-7', 'paid');
    const element = await mount('allo-refund', { endpoint, 'payment-id': 'pay-1', amount: '125000.00' });
    return { backend, endpoint, element };
  }

  async function confirm(element: Shown): Promise<void> {
    press(element, 'Kembalikan dana');
    await shows(element, 'confirming');
    press(element, 'Ya, kembalikan');
  }

  it('asks the backend nothing until somebody confirmed', async () => {
    const { backend, element } = await mountPaid();
    press(element, 'Kembalikan dana Rp 125.000');
    await shows(element, 'confirming');
    window.dispatchEvent(new Event('online'));
    await element.updateComplete;
    expect(textOf(element)).to.contain('Kembalikan Rp 125.000 seluruhnya? Tindakan ini tidak dapat dibatalkan.');
    expect(backend.requests).to.have.length(0);
  });

  it('gives the money back and tells so once', async () => {
    const { backend, element } = await mountPaid();
    const events = record(element, 'allo-refunded');
    await confirm(element);
    await shows(element, 'refunded');
    await until(() => events.length > 0);
    expect(events).to.have.length(1);
    expect(backend.count('refund')).to.equal(1);
    expect(textOf(element)).to.contain('b81d40c6fa3e4972a5d0e7134c89f26b');
  });

  it('sends one request however often the confirmation is pressed', async () => {
    const { backend, element } = await mountPaid();
    press(element, 'Kembalikan dana');
    await shows(element, 'confirming');
    const yes = control(element, 'Ya, kembalikan');
    for (let i = 0; i < 10; i++) yes.click();
    await shows(element, 'refunded');
    expect(backend.count('refund')).to.equal(1);
  });

  it('answers no question by the Enter that asked it, held a little too long', async () => {
    const { backend, element } = await mountPaid();
    control(element, 'Kembalikan dana').focus();
    await sendKeys({ down: 'Enter' });
    await shows(element, 'confirming');
    await until(() => inside(element).activeElement === control(element, 'Batal'));
    await sendKeys({ down: 'Enter' });
    await sendKeys({ up: 'Enter' });
    await element.updateComplete;
    expect([element.state, backend.count('refund')]).to.deep.equal(['confirming', 0]);
    await sendKeys({ press: 'Enter' });
    await shows(element, 'ready');
    expect(backend.count('refund')).to.equal(0);
  });

  for (const [refundAs, state, first, yes] of [['failed', 'failed', 'Coba lagi', 'Ya, kembalikan'], ['manual', 'manual', 'Tandai sudah ditransfer', 'Ya, sudah ditransfer']] as const) {
    it(`answers no question by the second half of the double click that asked it (${state})`, async () => {
      const { backend, element } = await mountPaid({ refundAs });
      await confirm(element);
      await shows(element, state);
      const asked = backend.requests.length;
      press(element, first);
      await shows(element, 'confirming');
      // As browsers tell it, also to what stands there by now.
      control(element, yes).dispatchEvent(new MouseEvent('click', { detail: 2, bubbles: true, composed: true }));
      await element.updateComplete;
      expect([element.state, backend.requests.length]).to.deep.equal(['confirming', asked]);
      press(element, yes);
      await until(() => backend.requests.length > asked);
    });
  }

  it('leaves the question by Escape and gives the focus back', async () => {
    const { backend, element } = await mountPaid();
    control(element, 'Kembalikan dana').focus();
    await sendKeys({ press: 'Enter' });
    await shows(element, 'confirming');
    await until(() => inside(element).activeElement !== null);
    await sendKeys({ press: 'Escape' });
    await shows(element, 'ready');
    await until(() => inside(element).activeElement === control(element, 'Kembalikan dana'));
    expect(backend.requests).to.have.length(0);
  });

  it('repeats the same request with the same key while the bank is at it', async () => {
    const { backend, element } = await mountPaid({ refundAs: 'processing' });
    const events = record(element, 'allo-refunded');
    await confirm(element);
    await shows(element, 'refunding');
    backend.settle('INV-7', 'refunded');
    press(element, 'Periksa status');
    await shows(element, 'refunded');
    await until(() => events.length > 0);
    const keys = backend.requests.map(({ headers }) => headers.get('Idempotency-Key'));
    expect(keys.length).to.be.at.least(2);
    expect(new Set(keys).size).to.equal(1);
    expect(events).to.have.length(1);
  });

  it('keeps waiting for a refund that was sent and of which nobody knows how it ended, while people look at it', async () => {
    const { backend, element } = await mountPaid({ refundAs: 'processing' });
    await confirm(element);
    await shows(element, 'refunding');
    // As the reference server tells it after a day without a word of the bank.
    backend.settle('INV-7', 'review').refund = { status: 'processing', reference: 'RFD-1' };
    press(element, 'Periksa status');
    await until(() => element.state !== 'refunding' || textOf(element).includes('RFD-1'));
    expect(textOf(element)).to.contain('sedang diproses').and.not.contain('tidak dapat dikembalikan');
  });

  it('keeps waiting when one look at a refund under way is lost', async () => {
    const { backend, element } = await mountPaid({ refundAs: 'processing' });
    await confirm(element);
    await shows(element, 'refunding');
    backend.fail('refund', 'network', { times: 1 });
    press(element, 'Periksa status');
    await until(() => backend.count('refund') === 2);
    backend.settle('INV-7', 'refunded');
    await shows(element, 'refunded');
  });

  it('keeps waiting, and asks nobody to refund anew, when a look is answered by something that is not the backend', async () => {
    const { backend, element } = await mountPaid({ refundAs: 'processing' });
    await confirm(element);
    await shows(element, 'refunding');
    const payment = backend.orders['INV-7']?.payment;
    if (payment) payment.amount = { value: 'Sign in to this network', currency: 'IDR' };
    press(element, 'Periksa status');
    await until(() => backend.count('refund') === 2);
    const states = record(element, 'allo-state-change');
    backend.settle('INV-7', 'refunded').amount = { value: '125000.00', currency: 'IDR' };
    await shows(element, 'refunded');
    expect(states.map(({ state }) => state)).to.deep.equal(['refunded']);
    expect(new Set(backend.requests.map(({ headers }) => headers.get('Idempotency-Key'))).size).to.equal(1);
  });

  it('explains what to do when the bank cannot refund by itself', async () => {
    const { element } = await mountPaid({ refundAs: 'manual' });
    await confirm(element);
    await shows(element, 'manual');
    expect(textOf(element)).to.contain('Kirim Rp 125.000 lewat transfer');
    expect(control(element, 'Tandai sudah ditransfer')).to.exist;
  });

  it('asks before it says that the money was transferred by hand, and says it once', async () => {
    const { backend, element } = await mountPaid({ refundAs: 'manual' });
    element.setAttribute('transfer-reference', 'BCA-42');
    const events = record(element, 'allo-refunded');
    await confirm(element);
    await shows(element, 'manual');
    press(element, 'Tandai sudah ditransfer');
    await shows(element, 'confirming');
    expect(textOf(element)).to.contain('Rp 125.000 sudah ditransfer ke pelanggan?');
    press(element, 'Batal');
    await shows(element, 'manual');
    expect(backend.count('refundTransferred')).to.equal(0);
    press(element, 'Tandai sudah ditransfer');
    await shows(element, 'confirming');
    const yes = control(element, 'Ya, sudah ditransfer');
    for (let i = 0; i < 10; i++) yes.click();
    await shows(element, 'refunded');
    await until(() => events.length > 0);
    expect(events.map(({ payment }) => payment.refund?.byHand)).to.deep.equal([true]);
    expect(backend.requests.filter(({ route }) => route === 'refundTransferred').map(({ body }) => body)).to.deep.equal([{ reference: 'BCA-42' }]);
    expect(backend.count('refund')).to.equal(1);
  });

  it('does not say so because the page refreshes while the question is open', async () => {
    const { backend, element } = await mountPaid({ refundAs: 'manual' });
    await confirm(element);
    await shows(element, 'manual');
    press(element, 'Tandai sudah ditransfer');
    await shows(element, 'confirming');
    const asked = backend.requests.length;
    element.refresh();
    await element.updateComplete;
    expect(element.state).to.equal('confirming');
    expect(backend.requests).to.have.length(asked);
  });

  it('does not say so because a look that failed while the question was open is repeated', async () => {
    const { backend, element } = await mountPaid({ refundAs: 'manual' });
    await confirm(element);
    await shows(element, 'manual');
    const answer = backend.hold('refund');
    backend.fail('refund', 'network', { times: 1 });
    element.refresh();
    await until(() => backend.count('refund') === 2);
    press(element, 'Tandai sudah ditransfer');
    await shows(element, 'confirming');
    answer();
    await fetch('/');
    await element.updateComplete;
    expect(element.state).to.equal('confirming');
    expect(control(element, 'Ya, sudah ditransfer').getAttribute('aria-disabled')).to.equal('false');
    expect(backend.count('refundTransferred')).to.equal(0);
  });

  it('begins no refund of a payment that the page has just named, of which nobody confirmed anything', async () => {
    const { backend, endpoint } = serve({ refundAs: 'processing' });
    const amount = { value: '125000.00', currency: 'IDR' } as const;
    backend.orders['INV-8'] = { orderId: 'INV-8', amount, lines: [] };
    backend.settle('INV-7', 'paid');
    backend.settle('INV-8', 'paid').paymentId = 'pay-2';
    const element = await mount<AlloRefund>('allo-refund', { endpoint, 'payment-id': 'pay-1' });
    await confirm(element);
    await shows(element, 'refunding');
    element.paymentId = 'pay-2';
    element.refresh();
    await shows(element, 'ready');
    // What was sent before this arrives before it.
    await fetch(`${endpoint}/payments/pay-2`);
    expect(backend.orders['INV-8'].payment?.status).to.equal('paid');
  });

  it('asks nobody to transfer by hand what the page says was given back meanwhile', async () => {
    const { backend, element } = await mountPaid({ refundAs: 'manual' });
    await confirm(element);
    await shows(element, 'manual');
    backend.settle('INV-7', 'refunded');
    element.setAttribute('status', 'refunded');
    await shows(element, 'refunded');
    expect(textOf(element)).to.not.contain('transfer');
  });

  it('asks nobody to transfer by hand what the bank is giving back after all, as the page says: it looks', async () => {
    const { backend, element } = await mountPaid({ refundAs: 'manual' });
    await confirm(element);
    await shows(element, 'manual');
    // The customer has linked again, and the shop's server has had the bank try once more.
    backend.settle('INV-7', 'refunding');
    element.setAttribute('status', 'refunding');
    await shows(element, 'refunding');
    expect(new Set(backend.requests.map(({ headers }) => headers.get('Idempotency-Key'))).size).to.equal(1);
    const { backend: other, element: refused } = await mountPaid();
    other.fail('refund', 'REFUND_MANUAL', { retryable: false });
    await confirm(refused);
    await shows(refused, 'manual');
    refused.setAttribute('status', 'refunding');
    await shows(refused, 'refunding');
    expect(other.count('refund')).to.equal(1);
  });

  it('does not say that the bank refused, and that the payment remains paid, once the page says that it is being given back', async () => {
    const { backend, element } = await mountPaid({ refundAs: 'failed' });
    await confirm(element);
    await shows(element, 'failed');
    // A colleague tries anew, and this page hears of it.
    backend.settle('INV-7', 'refunding');
    element.setAttribute('status', 'refunding');
    await shows(element, 'refunding');
  });

  it('asks nobody to transfer by hand what somebody has transferred meanwhile: it looks when the page wakes', async () => {
    const { backend, element } = await mountPaid({ refundAs: 'manual' });
    await confirm(element);
    await shows(element, 'manual');
    const settled = backend.settle('INV-7', 'refunded');
    settled.refund = { status: 'done', byHand: true, reference: 'RFD-1', refundedAt: settled.updatedAt };
    window.dispatchEvent(new Event('online'));
    await shows(element, 'refunded');
    expect(new Set(backend.requests.map(({ headers }) => headers.get('Idempotency-Key'))).size).to.equal(1);
  });

  it('goes on asking for a transfer by hand when a look at it fails', async () => {
    const { backend, element } = await mountPaid({ refundAs: 'manual' });
    await confirm(element);
    await shows(element, 'manual');
    const states = record(element, 'allo-state-change');
    const errors = record(element, 'allo-error');
    backend.fail('refund', 'network');
    window.dispatchEvent(new Event('online'));
    await until(() => backend.count('refund') === 2);
    await fetch('/');
    await element.updateComplete;
    expect([element.state, states.length, errors.length]).to.deep.equal(['manual', 0, 0]);
  });

  it('does not say that a payment remains paid which was given back at the bank after its refund was refused', async () => {
    const { backend, element } = await mountPaid({ refundAs: 'failed' });
    const events = record(element, 'allo-refunded');
    await confirm(element);
    await shows(element, 'failed');
    backend.settle('INV-7', 'refunded').refund = { status: 'failed', reference: 'RFD-1' };
    element.refresh();
    await shows(element, 'refunded');
    await until(() => events.length > 0);
    expect(textOf(element)).to.not.contain('tetap lunas');
  });

  it('promises nobody without a connection that a refund goes on by itself, nor sends it', async () => {
    const { backend, element } = await mountPaid();
    backend.fail('refund', 'network', { times: 1 });
    Object.defineProperty(navigator, 'onLine', { value: false, configurable: true });
    await confirm(element);
    await shows(element, 'error');
    expect(textOf(element)).to.contain('Koneksi terputus').and.not.contain('Dilanjutkan');
    Reflect.deleteProperty(navigator, 'onLine');
    window.dispatchEvent(new Event('online'));
    await element.updateComplete;
    await fetch('/');
    expect([element.state, backend.count('refund')]).to.deep.equal(['error', 1]);
    press(element, 'Coba lagi');
    await shows(element, 'refunded');
    expect(new Set(backend.requests.map(({ headers }) => headers.get('Idempotency-Key'))).size).to.equal(1);
  });

  it('begins no refund when the page refreshes after a transfer by hand', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'paid').refund = { status: 'manual', reference: 'RFD-1' };
    const element = await mount('allo-refund', { endpoint, 'payment-id': 'pay-1', status: 'manual' });
    press(element, 'Tandai sudah ditransfer');
    await shows(element, 'confirming');
    press(element, 'Ya, sudah ditransfer');
    await shows(element, 'refunded');
    element.refresh();
    await element.updateComplete;
    // What was sent before this arrives before it.
    await fetch(`${endpoint}/payments/pay-1/refund/transferred`, { method: 'POST', body: '{}' });
    expect(backend.requests.map(({ route }) => route)).to.deep.equal(['refundTransferred', 'refundTransferred']);
  });

  it('takes from the page, or from the bank\'s refusal, that the money waits for a transfer', async () => {
    const { backend, endpoint } = serve({ refundAs: 'manual' });
    backend.settle('INV-7', 'paid').refund = { status: 'manual', reference: 'RFD-1' };
    const element = await mount('allo-refund', { endpoint, 'payment-id': 'pay-1', amount: '125000.00', status: 'manual' });
    await shows(element, 'manual');
    press(element, 'Tandai sudah ditransfer');
    await shows(element, 'confirming');
    backend.fail('refundTransferred', 'network', { times: 1 });
    press(element, 'Ya, sudah ditransfer');
    await shows(element, 'error');
    press(element, 'Coba lagi');
    await shows(element, 'refunded');
    const { backend: other, element: refused } = await mountPaid();
    other.fail('refund', 'REFUND_MANUAL', { retryable: false });
    await confirm(refused);
    await shows(refused, 'manual');
  });

  it('asks nobody to transfer again once the backend said that nothing waits for a transfer', async () => {
    const { backend, element } = await mountPaid({ refundAs: 'manual' });
    await confirm(element);
    await shows(element, 'manual');
    // Meanwhile the money went back at the bank.
    backend.settle('INV-7', 'refunded');
    press(element, 'Tandai sudah ditransfer');
    await shows(element, 'confirming');
    press(element, 'Ya, sudah ditransfer');
    await shows(element, 'error');
    expect(element.error?.code).to.equal('PAYMENT_NOT_REFUNDABLE');
    const states = record(element, 'allo-state-change');
    backend.fail('refund', 'network', { times: 1 });
    press(element, 'Coba lagi');
    press(element, 'Coba lagi');
    await until(() => element.error?.code === 'NETWORK_ERROR');
    await element.updateComplete;
    press(element, 'Coba lagi');
    await shows(element, 'refunded');
    expect(states.map(({ state }) => state)).to.deep.equal(['sending', 'refunded']);
    expect(new Set(backend.requests.filter(({ route }) => route === 'refund').map(({ headers }) => headers.get('Idempotency-Key'))).size).to.equal(1);
    expect(backend.count('refundTransferred')).to.equal(1);
  });

  it('asks anew, with a new key, after the bank refused', async () => {
    const { backend, element } = await mountPaid({ refundAs: 'failed' });
    await confirm(element);
    await shows(element, 'failed');
    press(element, 'Coba lagi');
    await shows(element, 'confirming');
    backend.refundAs = 'done';
    press(element, 'Ya, kembalikan');
    await shows(element, 'refunded');
    expect(new Set(backend.requests.map(({ headers }) => headers.get('Idempotency-Key'))).size).to.equal(2);
  });

  for (const [name, code] of [['who was told that they may not', 'FORBIDDEN'], ['who was told that it failed, and then said no', 'INTERNAL_ERROR']] as const) {
    it(`begins no refund when the page refreshes after a second try of somebody ${name}`, async () => {
      const { backend, endpoint, element } = await mountPaid({ refundAs: 'failed' });
      await confirm(element);
      await shows(element, 'failed');
      backend.refundAs = 'done';
      backend.fail('refund', code, { retryable: false, times: 1 });
      press(element, 'Coba lagi');
      await shows(element, 'confirming');
      press(element, 'Ya, kembalikan');
      await shows(element, 'error');
      if (code === 'INTERNAL_ERROR') {
        press(element, 'Coba lagi');
        await shows(element, 'confirming');
        press(element, 'Batal');
        await shows(element, 'failed');
      }
      element.refresh();
      await element.updateComplete;
      // What was sent before this arrives before it.
      await fetch(`${endpoint}/payments/pay-1/refund/transferred`, { method: 'POST', body: '{}' });
      expect([backend.count('refund'), backend.orders['INV-7']?.payment?.status]).to.deep.equal([2, 'paid']);
    });
  }

  it('shows what went wrong and repeats a lost request with its key', async () => {
    const { backend, element } = await mountPaid();
    const errors = record(element, 'allo-error');
    backend.fail('refund', 'network', { times: 1 });
    await confirm(element);
    await shows(element, 'error');
    await element.updateComplete;
    expect(errors).to.have.length(1);
    press(element, 'Coba lagi');
    await shows(element, 'refunded');
    expect(new Set(backend.requests.map(({ headers }) => headers.get('Idempotency-Key'))).size).to.equal(1);
  });

  it('tells somebody who may not refund that they may not', async () => {
    const { backend, element } = await mountPaid();
    backend.fail('refund', 'FORBIDDEN', { retryable: false });
    await confirm(element);
    await shows(element, 'error');
    expect(textOf(element)).to.contain('tidak memiliki izin');
  });

  it('offers nothing for a payment that cannot be refunded', async () => {
    const { endpoint } = serve();
    const element = await mount('allo-refund', { endpoint, 'payment-id': 'pay-1', status: 'failed' });
    await shows(element, 'unavailable');
    expect(inside(element).querySelector('button')).to.not.exist;
  });

  it('never refunds because an attribute says that a refund is under way', async () => {
    const { backend, endpoint } = serve({ refundAs: 'processing' });
    backend.settle('INV-7', 'paid');
    const element = await mount('allo-refund', { endpoint, 'payment-id': 'pay-1', status: 'refunding' });
    await shows(element, 'refunding');
    window.dispatchEvent(new Event('online'));
    element.refresh();
    await element.updateComplete;
    expect(backend.requests).to.have.length(0);
    expect(control(element, 'Periksa status'), 'reads the page again').to.exist;
  });
});

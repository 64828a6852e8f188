import { expect } from '@open-wc/testing';
import { clearStage, closeStage, inside, mount, mountPay, openStage, press, serve, shows, textOf } from './stage.ts';

describe('the elements while the browser is offline', () => {
  before(openStage);
  after(closeStage);
  afterEach(() => Reflect.deleteProperty(navigator, 'onLine'));
  afterEach(clearStage);

  function goOffline(): void {
    Object.defineProperty(navigator, 'onLine', { value: false, configurable: true });
  }

  function comeBack(): void {
    Reflect.deleteProperty(navigator, 'onLine');
    window.dispatchEvent(new Event('online'));
  }

  it('say so instead of blaming anybody, and go on by themselves when the connection is back', async () => {
    const { backend, endpoint } = serve();
    backend.fail('account', 'network');
    backend.fail('order', 'network');
    goOffline();
    const [link, balance, pay] = await Promise.all([mount('allo-link-button', { endpoint }), mount('allo-balance', { endpoint }), mountPay(endpoint)]);
    await Promise.all([link, balance, pay].map((element) => shows(element, 'offline')));
    for (const element of [link, balance, pay]) {
      expect(textOf(element)).to.contain('Anda sedang offline');
      expect(inside(element).querySelector('[role=alert]')?.textContent.trim(), 'nothing to be alarmed about').to.equal('');
    }
    backend.heal('account');
    backend.heal('order');
    comeBack();
    await Promise.all([shows(link, 'linked'), shows(balance, 'shown'), shows(pay, 'ready')]);
  });

  it('keep a payment that could not be sent one attempt, and look at the order before it is offered again', async () => {
    const { backend, endpoint } = serve();
    const pay = await mountPay(endpoint);
    await shows(pay, 'ready');
    backend.fail('pay', 'network', { times: 1 });
    backend.fail('order', 'network');
    goOffline();
    press(pay, 'Bayar');
    await shows(pay, 'offline');
    backend.heal('order');
    comeBack();
    await shows(pay, 'ready');
    press(pay, 'Bayar');
    await shows(pay, 'waiting');
    const keys = backend.requests.filter(({ route }) => route === 'pay').map(({ headers }) => headers.get('Idempotency-Key'));
    expect(keys).to.have.length(2);
    expect(new Set(keys).size).to.equal(1);
  });

  it('go on saying that the outcome of a payment is not known', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'processing');
    const pay = await mountPay(endpoint);
    await shows(pay, 'processing');
    backend.fail('payment', 'network');
    backend.fail('order', 'network');
    goOffline();
    press(pay, 'Periksa status');
    pay.refresh();
    await pay.updateComplete;
    expect(pay.state).to.equal('processing');
  });

  it('promise nobody that an account is unlinked by itself, nor do it', async () => {
    const { backend, endpoint } = serve();
    const link = await mount('allo-link-button', { endpoint });
    await shows(link, 'linked');
    press(link, 'Putuskan');
    await shows(link, 'confirming');
    backend.fail('unlink', 'network', { times: 1 });
    goOffline();
    press(link, 'Ya, putuskan');
    await shows(link, 'error');
    expect(textOf(link)).to.contain('Koneksi terputus').and.not.contain('Dilanjutkan');
    comeBack();
    await shows(link, 'linked');
    expect(backend.count('unlink')).to.equal(1);
  });

  it('offer to try again all the same', async () => {
    const { backend, endpoint } = serve({ account: { status: 'unlinked' } });
    const link = await mount('allo-link-button', { endpoint });
    await shows(link, 'unlinked');
    backend.fail('link', 'network', { times: 1 });
    goOffline();
    press(link, 'Hubungkan');
    await shows(link, 'offline');
    press(link, 'Coba lagi');
    await shows(link, 'linking');
  });
});

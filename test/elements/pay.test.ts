import { expect } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import type { PaymentFailure, PaymentRequest, PaymentStatus } from '../../packages/elements/src/contract.ts';
import type { Backend } from '../../packages/elements/src/msw.ts';
import { clearStage, closeStage, control, inside, mount, mountPay, openStage, press, record, roundTrips, serve, shows, textOf, until } from './stage.ts';

/** The idempotency keys that reached the backend. */
function keysOf(backend: Backend): (string | null)[] {
  return backend.requests.filter(({ route }) => route === 'pay').map(({ headers }) => headers.get('Idempotency-Key'));
}

const { fetch } = window;

/** What becomes of the answers to all that is sent from now on; what is only read is answered as ever. */
function intercept(arrive: (answer: Response) => Promise<Response>): void {
  window.fetch = async (input, init) => {
    const answer = await fetch(input, init);
    return init?.method === 'POST' ? arrive(answer) : answer;
  };
}

/** They come when the function it gives is called. */
function delayAnswers(): () => void {
  const arrival = Promise.withResolvers<undefined>();
  intercept((answer) => arrival.promise.then(() => answer));
  return () => arrival.resolve(undefined);
}

describe('<allo-pay>', () => {
  before(openStage);
  after(closeStage);
  afterEach(clearStage);
  afterEach(() => {
    window.fetch = fetch;
  });

  it('says on the button what it will take, and from where', async () => {
    const { endpoint } = serve();
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    expect(control(element, 'Bayar Rp 125.000 dengan Allo Bank')).to.exist;
  });

  it('sends the order, the amount on its button and the way back, and goes to the bank', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint, { 'return-to': '/order?id=7' });
    const events = record(element, 'allo-pay-started', 'allo-authorize-request');
    await shows(element, 'ready');
    press(element, 'Bayar');
    await shows(element, 'waiting');
    expect(backend.requests.find(({ route }) => route === 'pay')?.body).to.deep.equal({ orderId: 'INV-7', shown: '125000.00', returnTo: '/order?id=7' });
    expect(events.map(({ type }) => type)).to.deep.equal(['allo-pay-started', 'allo-authorize-request']);
    expect(control(element, 'Lanjutkan di Allo Bank').getAttribute('href')).to.equal('https://bank.example/authorize');
  });

  it('sends one request for ten presses', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    const button = control(element, 'Bayar');
    for (let i = 0; i < 10; i++) {
      button.click();
      element.pay();
    }
    await shows(element, 'waiting');
    expect(backend.count('pay')).to.equal(1);
  });

  it('uses one key for two tabs and a reload of one attempt', async () => {
    const { backend, endpoint } = serve();
    const [first, second] = await Promise.all([mountPay(endpoint), mountPay(endpoint)]);
    await Promise.all([shows(first, 'ready'), shows(second, 'ready')]);
    const answer = backend.hold('pay');
    first.pay();
    second.pay();
    await until(() => backend.count('pay') === 2);
    first.remove();
    const reloaded = await mountPay(endpoint);
    await shows(reloaded, 'ready');
    reloaded.pay();
    await until(() => backend.count('pay') === 3);
    answer();
    await shows(reloaded, 'waiting');
    await shows(second, 'waiting');
    expect(new Set(keysOf(backend)).size).to.equal(1);
    expect(keysOf(backend)[0]).to.match(/^[0-9a-f-]{36}$/);
  });

  it('repeats a request whose answer was lost with the same key', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    backend.fail('pay', 'network', { times: 1 });
    press(element, 'Bayar');
    await shows(element, 'error');
    expect(textOf(element)).to.contain('Koneksi terputus');
    press(element, 'Coba lagi');
    await shows(element, 'waiting');
    expect(backend.count('pay')).to.equal(2);
    expect(new Set(keysOf(backend)).size).to.equal(1);
  });

  it('sends nothing again that would pay an amount which the shopper was not shown', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    backend.fail('pay', 'network', { times: 1 });
    press(element, 'Bayar Rp 125.000');
    backend.orders['INV-7'] = { orderId: 'INV-7', amount: { value: '990000.00', currency: 'IDR' }, lines: [] };
    await until(() => element.order?.amount.value === '990000.00');
    await shows(element, 'error');
    await element.updateComplete;
    press(element, 'Coba lagi');
    await shows(element, 'ready');
    expect(control(element, 'Bayar Rp 990.000')).to.exist;
    expect(backend.count('pay')).to.equal(1);
  });

  it('pays no amount that the shopper was not shown, but shows it, and pays it once that was pressed', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    // The cart was changed in another tab; this page was not told.
    backend.orders['INV-7'] = { orderId: 'INV-7', amount: { value: '990000.00', currency: 'IDR' }, lines: [] };
    press(element, 'Bayar Rp 125.000');
    await shows(element, 'error');
    expect(textOf(element)).to.contain('Pesanan berubah');
    await until(() => element.order?.amount.value === '990000.00');
    expect(backend.orders['INV-7'].payment).to.equal(undefined);
    press(element, 'Coba lagi');
    await shows(element, 'ready');
    press(element, 'Bayar Rp 990.000');
    await shows(element, 'waiting');
    expect(backend.requests.filter(({ route }) => route === 'pay').map(({ body }) => (body as PaymentRequest).shown)).to.deep.equal(['125000.00', '990000.00']);
    expect(new Set(keysOf(backend)).size, 'what was refused has used up no key').to.equal(1);
  });

  it('sends nothing again that the page has ruled out meanwhile', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    backend.fail('pay', 'network', { times: 1 });
    press(element, 'Bayar');
    await shows(element, 'error');
    element.disabled = true;
    await element.updateComplete;
    press(element, 'Coba lagi');
    await shows(element, 'disabled');
    expect(backend.count('pay')).to.equal(1);
  });

  it('reads the order first where that could not be read after a payment that could not be sent', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    backend.fail('pay', 'network', { times: 1 });
    // Each reading is tried twice.
    backend.fail('order', 'network', { times: 2 });
    press(element, 'Bayar');
    await until(() => backend.count('order') === 3);
    await shows(element, 'error');
    await fetch(`${endpoint}/account`);
    await element.updateComplete;
    press(element, 'Coba lagi');
    await shows(element, 'ready');
    expect(backend.count('pay')).to.equal(1);
    press(element, 'Bayar');
    await shows(element, 'waiting');
    expect(new Set(keysOf(backend)).size).to.equal(1);
  });

  it('tells why a payment failed whose answer was lost, and asks before it begins another', async () => {
    const { backend, endpoint } = serve({ payAs: 'failed' });
    const element = await mountPay(endpoint);
    const events = record(element, 'allo-pay-failed');
    await shows(element, 'ready');
    intercept(() => Promise.reject(new TypeError('the connection broke')));
    press(element, 'Bayar');
    await until(() => events.length > 0);
    await shows(element, 'failed');
    expect(textOf(element)).to.contain('Uang Anda tidak terpotong');
    expect(backend.count('pay')).to.equal(1);
  });

  it('goes to no bank for a payment that is paid when the answer to its press comes late', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    const events = record(element, 'allo-paid', 'allo-authorize-request');
    await shows(element, 'ready');
    const arrive = delayAnswers();
    press(element, 'Bayar');
    await until(() => backend.orders['INV-7']?.payment !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 10));
    // Another tab has the same key: it went to the bank, and came back.
    backend.settle('INV-7', 'paid');
    element.refresh();
    await until(() => events.length > 0);
    arrive();
    await shows(element, 'paid');
    await element.updateComplete;
    expect(events.map(({ type }) => type)).to.deep.equal(['allo-paid']);
  });

  it('goes to no bank to link what is linked when the answer to its press comes late', async () => {
    const { backend, endpoint } = serve({ account: { status: 'unlinked' } });
    const element = await mountPay(endpoint);
    const events = record(element, 'allo-authorize-request');
    await shows(element, 'unlinked');
    const arrive = delayAnswers();
    press(element, 'Hubungkan');
    await until(() => backend.account.status === 'linking');
    backend.link();
    window.dispatchEvent(new Event('online'));
    await shows(element, 'ready');
    arrive();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([element.state, events.length]).to.deep.equal(['ready', 0]);
  });

  it('finds the payment that was made although its answer was lost', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    backend.fail('pay', 'network', { times: 1 });
    backend.settle('INV-7', 'processing');
    press(element, 'Bayar');
    await shows(element, 'processing');
    expect(inside(element).querySelector('[part~=primary]')).to.not.exist;
  });

  it('pays again with a new key only after the first attempt has ended', async () => {
    const { backend, endpoint } = serve({ payAs: 'failed' });
    const element = await mountPay(endpoint);
    const events = record(element, 'allo-pay-failed');
    await shows(element, 'ready');
    press(element, 'Bayar');
    await shows(element, 'failed');
    await until(() => events.length > 0);
    backend.payAs = 'paid';
    press(element, 'Bayar lagi');
    await shows(element, 'paid');
    expect(new Set(keysOf(backend)).size).to.equal(2);
    expect(events).to.have.length(1);
    expect(Object.keys(localStorage).filter((name) => name.startsWith('allo-kit:attempt'))).to.deep.equal([]);
  });

  for (const payAs of ['failed', 'requires-action'] as const) {
    it(`knows what its own press began, though the clock of the server that did it is behind: ${payAs}`, async () => {
      const { backend, endpoint } = serve({ payAs });
      const ahead = new Date(Date.now() + 60_000).toISOString();
      const first = Object.assign(backend.settle('INV-7', 'failed'), { paymentId: 'pay-0', createdAt: ahead, updatedAt: ahead });
      const element = await mountPay(endpoint);
      const events = record(element, 'allo-pay-failed');
      await shows(element, 'failed');
      press(element, 'Bayar lagi');
      await until(() => backend.count('pay') === 1);
      if (payAs === 'requires-action') return shows(element, 'waiting');
      await until(() => events.length > 0);
      // The order's latest payment is the first one, by these clocks: the second one's key is used up all the same.
      const order = backend.orders['INV-7'];
      if (order) order.payment = first;
      element.refresh();
      await until(() => element.order?.payment?.paymentId === 'pay-0');
      backend.payAs = 'paid';
      press(element, 'Bayar lagi');
      await shows(element, 'paid');
      expect(new Set(keysOf(backend)).size).to.equal(2);
    });
  }

  for (const status of ['paid', 'processing'] as const) {
    it(`does not offer to pay again where its press came to nothing, and another tab's made the order ${status} before the answer came`, async () => {
      const { backend, endpoint } = serve({ payAs: 'failed' });
      const element = await mountPay(endpoint);
      await shows(element, 'ready');
      const answer = backend.hold('pay');
      press(element, 'Bayar');
      await until(() => backend.count('pay') === 1);
      const later = new Date(Date.now() + 60_000).toISOString();
      const theirs = Object.assign(backend.settle('INV-7', status), { paymentId: 'pay-0', createdAt: later, updatedAt: later });
      element.refresh();
      await until(() => element.order?.payment?.status === status);
      answer();
      await until(() => element.state !== 'creating');
      expect([element.state, element.order?.payment?.paymentId]).to.deep.equal([theirs.status, theirs.paymentId]);
    });
  }

  it('does not let an old failed payment end a new attempt', async () => {
    const { backend, endpoint } = serve({ payAs: 'failed' });
    const first = await mountPay(endpoint);
    await shows(first, 'ready');
    press(first, 'Bayar');
    await shows(first, 'failed');
    const second = await mountPay(endpoint);
    await shows(second, 'failed');
    backend.hold('pay');
    first.pay();
    await until(() => backend.count('pay') === 2);
    second.refresh();
    await until(() => backend.count('order') >= 3);
    await second.updateComplete;
    second.pay();
    await until(() => backend.count('pay') === 3);
    expect(keysOf(backend)[2]).to.equal(keysOf(backend)[1]);
  });

  it('forgets a key that the backend does not take, and uses another the next time', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    backend.fail('pay', 'IDEMPOTENCY_KEY_REUSED', { times: 1, retryable: false });
    press(element, 'Bayar');
    await shows(element, 'error');
    press(element, 'Coba lagi');
    await shows(element, 'ready');
    expect(backend.count('pay')).to.equal(1);
    press(element, 'Bayar');
    await shows(element, 'waiting');
    expect(new Set(keysOf(backend)).size).to.equal(2);
  });

  it('lets the page stop a payment before anything is sent', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    element.addEventListener('allo-pay-started', (event) => event.preventDefault(), { once: true });
    press(element, 'Bayar');
    await element.updateComplete;
    expect(element.state).to.equal('ready');
    expect(backend.count('pay')).to.equal(0);
    expect(localStorage.length).to.equal(0);
  });

  it('never pays because an attribute changed', async () => {
    const orders = Object.fromEntries(['A', 'B'].map((orderId) => [orderId, { orderId, amount: { value: '1000.00', currency: 'IDR' } as const, lines: [] }]));
    const { backend, endpoint } = serve({ orders });
    const element = await mountPay(endpoint, { 'order-id': 'A' });
    await shows(element, 'ready');
    element.orderId = 'B';
    await until(() => element.order?.orderId === 'B');
    await shows(element, 'ready');
    element.setAttribute('return-to', '/x');
    element.disabled = true;
    await shows(element, 'disabled');
    element.disabled = false;
    await shows(element, 'ready');
    expect(backend.count('pay')).to.equal(0);
  });

  it('does not begin what the page has just ruled out, by another order or by switching it off', async () => {
    const orders = Object.fromEntries(['A', 'B'].map((orderId) => [orderId, { orderId, amount: { value: '1000.00', currency: 'IDR' } as const, lines: [] }]));
    const { backend, endpoint } = serve({ orders });
    const element = await mountPay(endpoint, { 'order-id': 'A' });
    const started = record(element, 'allo-pay-started');
    await shows(element, 'ready');
    element.orderId = 'B';
    element.pay();
    await until(() => element.order?.orderId === 'B');
    await shows(element, 'ready');
    element.disabled = true;
    element.pay();
    await shows(element, 'disabled');
    expect(started).to.deep.equal([]);
    expect(backend.count('pay')).to.equal(0);
  });

  it('shows an order that it was switched to, never the answer for the one before', async () => {
    const orders = Object.fromEntries(['A', 'B'].map((orderId) => [orderId, { orderId, amount: { value: orderId === 'A' ? '1000.00' : '2000.00', currency: 'IDR' } as const, lines: [] }]));
    const { backend, endpoint } = serve({ orders });
    const answer = backend.hold('order');
    const element = await mountPay(endpoint, { 'order-id': 'A' });
    await until(() => backend.count('order') === 1);
    element.orderId = 'B';
    await until(() => backend.count('order') === 2);
    answer();
    await shows(element, 'ready');
    expect(textOf(element)).to.contain('Rp 2.000');
  });

  it('says why it is disabled', async () => {
    const { endpoint } = serve();
    const element = await mountPay(endpoint, { disabled: '', 'disabled-reason': 'Setujui syarat dulu.' });
    await shows(element, 'disabled');
    expect(control(element, 'Bayar').getAttribute('aria-disabled')).to.equal('true');
    expect(inside(element).getElementById(control(element, 'Bayar').getAttribute('aria-describedby') ?? '')?.textContent).to.equal('Setujui syarat dulu.');
    expect(textOf(element)).to.contain('Setujui syarat dulu.');
    press(element, 'Bayar');
    await element.updateComplete;
    expect(element.state).to.equal('disabled');
  });

  it('offers no second payment while the outcome is not known, and tells once when it is paid', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'processing');
    const element = await mountPay(endpoint);
    const events = record(element, 'allo-paid');
    await shows(element, 'processing');
    expect(textOf(element)).to.contain('Tidak perlu membayar lagi');
    expect(inside(element).querySelector('[part~=primary]')).to.not.exist;
    element.pay();
    expect(backend.count('pay')).to.equal(0);
    backend.settle('INV-7', 'paid');
    await shows(element, 'paid');
    await until(() => events.length > 0);
    window.dispatchEvent(new Event('online'));
    await until(() => backend.count('order') > 1);
    await element.updateComplete;
    expect(events).to.have.length(1);
    expect(events[0]?.payment.paymentId).to.equal('pay-1');
  });

  it('asks again at once when the connection is back', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'processing');
    const element = await mountPay(endpoint);
    await shows(element, 'processing');
    backend.settle('INV-7', 'paid');
    window.dispatchEvent(new Event('online'));
    await shows(element, 'paid');
  });

  it('keeps saying that it is not known while the backend cannot be reached', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'processing');
    const element = await mountPay(endpoint);
    await shows(element, 'processing');
    backend.fail('payment', 'network');
    press(element, 'Periksa status');
    await until(() => backend.count('payment') >= 2);
    await element.updateComplete;
    expect(element.state).to.equal('processing');
    backend.heal('payment');
    backend.settle('INV-7', 'paid');
    await shows(element, 'paid');
  });

  it('shows a receipt with amount, time and reference', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'paid');
    const element = await mountPay(endpoint);
    const events = record(element, 'allo-paid');
    await shows(element, 'paid');
    const rows = [...inside(element).querySelectorAll('dt')].map((row) => row.textContent);
    expect(rows).to.deep.equal(['Total', 'Waktu', 'Nomor referensi']);
    expect(textOf(element)).to.contain('Pembayaran berhasil').and.contain('Rp 125.000').and.contain('3f0c9b7e52a84d16b0c7d1e98a4f6025');
    await element.updateComplete;
    expect(events, 'a payment that was long done is no news').to.have.length(0);
  });

  it('tells that the order was paid when the shopper comes back from the bank to a new page', async () => {
    const { backend, endpoint } = serve();
    const before = await mountPay(endpoint);
    await shows(before, 'ready');
    press(before, 'Bayar');
    await shows(before, 'waiting');
    before.remove();
    backend.settle('INV-7', 'paid');
    const events = record(document.documentElement, 'allo-paid');
    const element = await mountPay(endpoint);
    await shows(element, 'paid');
    await until(() => events.length > 0);
    await mountPay(endpoint).then((again) => shows(again, 'paid'));
    expect(events).to.have.length(1);
  });

  const failures: Record<PaymentFailure, string> = {
    INSUFFICIENT_FUNDS: 'Saldo Allo Bank tidak cukup',
    LIMIT_EXCEEDED: 'melebihi limit',
    ACCOUNT_BLOCKED: 'diblokir',
    NOT_PERMITTED: 'menolak',
    RELINK_REQUIRED: 'sudah tidak berlaku',
    BANK_UNAVAILABLE: 'tidak dapat dihubungi',
    CANCELLED: 'dibatalkan',
    EXPIRED: 'sudah habis',
    DECLINED: 'menolak',
  };
  for (const [failure, words] of Object.entries(failures) as [PaymentFailure, string][]) {
    it(`tells in human words why a payment failed, with a way on: ${failure}`, async () => {
      const { backend, endpoint } = serve();
      const status = failure === 'CANCELLED' ? 'cancelled' : failure === 'EXPIRED' ? 'expired' : 'failed';
      backend.settle('INV-7', status, failure);
      const element = await mountPay(endpoint);
      await shows(element, status);
      expect(textOf(element)).to.contain(words);
      expect(control(element, 'Bayar lagi Rp 125.000')).to.exist;
    });
  }

  it('does not push to pay again from an account that is blocked', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'failed', 'ACCOUNT_BLOCKED');
    const element = await mountPay(endpoint);
    await shows(element, 'failed');
    expect(inside(element).querySelector('[part~=primary]')).to.not.exist;
  });

  it('offers to read the page again when there is no such order', async () => {
    const { endpoint } = serve();
    const element = await mountPay(endpoint, { 'order-id': 'INV-9' });
    await shows(element, 'error');
    expect(textOf(element)).to.contain('tidak ditemukan').and.not.contain('Coba lagi');
    expect(control(element, 'Muat ulang')).to.exist;
  });

  const sure: [status: PaymentStatus, state: string, words: string][] = [
    ['created', 'processing', 'sedang diproses'],
    ['refunding', 'refunding', 'Dana sedang dikembalikan'],
    ['refunded', 'refunded', 'Dana sudah dikembalikan'],
    ['review', 'review', 'Jangan membayar lagi'],
  ];
  for (const [status, state, words] of sure) {
    it(`offers no payment while one is ${status}`, async () => {
      const { backend, endpoint } = serve();
      backend.settle('INV-7', status);
      const element = await mountPay(endpoint);
      await shows(element, state);
      expect(textOf(element)).to.contain(words).and.not.contain('Bayar');
    });
  }

  it('shows and tells once that the money came back', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'refunding');
    const element = await mountPay(endpoint);
    const events = record(element, 'allo-refunded');
    await shows(element, 'refunding');
    backend.settle('INV-7', 'refunded');
    await shows(element, 'refunded');
    await until(() => events.length > 0);
    expect(events).to.have.length(1);
    expect(textOf(element)).to.match(/Dana sudah dikembalikan.*Dikembalikan\d/);
  });

  it('offers to link first when no account is linked, unless another element of the page already does', async () => {
    const { endpoint } = serve({ account: { status: 'unlinked' } });
    const element = await mountPay(endpoint);
    await shows(element, 'unlinked');
    expect(control(element, 'Hubungkan Allo Bank').textContent).to.contain('dulu untuk membayar Rp\u00a0125.000');
    const link = await mount('allo-link-button', { endpoint });
    await shows(link, 'unlinked');
    await until(() => inside(element).querySelector('button') === null);
    link.remove();
    await until(() => inside(element).querySelector('button') !== null);
  });

  it('becomes ready by itself when the link is confirmed late, with no other element in the page', async () => {
    const { backend, endpoint } = serve({ account: { status: 'linking', phone: '0812••••789' } });
    const element = await mountPay(endpoint);
    await shows(element, 'linking');
    backend.link();
    await shows(element, 'ready');
  });

  it('becomes ready when the account is linked elsewhere on the page', async () => {
    const { backend, endpoint } = serve({ account: { status: 'unlinked' } });
    const [element, link] = await Promise.all([mountPay(endpoint), mount('allo-link-button', { endpoint })]);
    await Promise.all([shows(element, 'unlinked'), shows(link, 'unlinked')]);
    press(link, 'Hubungkan Allo Bank');
    await shows(link, 'linking');
    backend.link();
    await shows(element, 'ready');
  });

  it('says that the balance is too low before the bank does, and looks again when asked to', async () => {
    const { backend, endpoint } = serve({ balance: { asOf: new Date().toISOString(), instruments: [{ type: 'BALANCE', available: { value: '124999.99', currency: 'IDR' } }] } });
    const element = await mountPay(endpoint);
    await shows(element, 'insufficient');
    expect(textOf(element)).to.contain('Rp 124.999,99');
    backend.balance = { ...backend.balance, instruments: [{ type: 'BALANCE', available: { value: '125000.00', currency: 'IDR' } }] };
    press(element, 'Coba lagi');
    await shows(element, 'ready');
  });

  it('lets the shopper pay when a balance that was too low cannot be read again', async () => {
    const { backend, endpoint } = serve({ balance: { asOf: new Date().toISOString(), instruments: [{ type: 'BALANCE', available: { value: '124999.99', currency: 'IDR' } }] } });
    const element = await mountPay(endpoint);
    await shows(element, 'insufficient');
    backend.fail('balance', 'BANK_UNAVAILABLE');
    press(element, 'Coba lagi');
    await shows(element, 'ready');
  });

  it('lets the shopper pay when the balance cannot be read', async () => {
    const { backend, endpoint } = serve();
    backend.fail('balance', 'BANK_UNAVAILABLE');
    const element = await mountPay(endpoint);
    await until(() => backend.count('balance') > 0);
    await shows(element, 'ready');
  });

  it('shows the new amount when the order changed, and asks before paying it', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    backend.fail('pay', 'ORDER_CHANGED', { times: 1, retryable: false });
    backend.orders['INV-7'] = { orderId: 'INV-7', amount: { value: '99000.00', currency: 'IDR' }, lines: [] };
    press(element, 'Bayar');
    await shows(element, 'error');
    expect(textOf(element)).to.contain('Pesanan berubah');
    press(element, 'Coba lagi');
    await until(() => textOf(element).includes('Bayar Rp 99.000'));
    expect(backend.count('pay')).to.equal(1);
  });

  it('shows the way to link when the backend says that there is no link any more', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    backend.account = { status: 'relink-required' };
    backend.fail('pay', 'RELINK_REQUIRED', { times: 1, retryable: false });
    press(element, 'Bayar');
    await shows(element, 'relink-required');
    expect(control(element, 'Hubungkan lagi')).to.exist;
  });

  it('is usable by keyboard alone and keeps the focus through its states', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    control(element, 'Bayar').focus();
    const answer = backend.hold('pay');
    await sendKeys({ press: 'Enter' });
    await shows(element, 'creating');
    expect(inside(element).activeElement).to.equal(control(element, 'Membuka Allo Bank'));
    answer();
    await shows(element, 'waiting');
    await until(() => inside(element).activeElement === control(element, 'Lanjutkan di Allo Bank'));
  });

  it('announces what it shows: calmly in a status, failures in an alert', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'processing');
    const element = await mountPay(endpoint);
    await shows(element, 'processing');
    const [status, alert] = ['status', 'alert'].map((role) => inside(element).querySelector(`[role=${role}]`));
    expect(status?.textContent).to.contain('sedang diproses');
    backend.settle('INV-7', 'failed', 'LIMIT_EXCEEDED');
    await shows(element, 'failed');
    expect(inside(element).querySelector('[role=alert]'), 'the same node as before').to.equal(alert);
    expect(alert?.textContent).to.contain('limit');
    expect(status?.textContent.trim()).to.equal('');
  });

  it('says what the bank asks for while the shopper is there, whatever the order costs by now', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'requires-action').amount = { value: '99000.00', currency: 'IDR' };
    const element = await mountPay(endpoint);
    await shows(element, 'waiting');
    expect(textOf(element)).to.contain('Rp 99.000').and.not.contain('125.000');
  });

  it('takes the end of a payment for news though the backend\'s clock was set back meanwhile', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'processing');
    const element = await mountPay(endpoint);
    const events = record(element, 'allo-paid');
    await shows(element, 'processing');
    backend.settle('INV-7', 'paid').updatedAt = new Date(Date.now() - 60_000).toISOString();
    press(element, 'Periksa status');
    await shows(element, 'paid');
    await until(() => events.length > 0);
  });

  it('ignores news that is older than what it knows', async () => {
    const { backend, endpoint } = serve();
    const paid = backend.settle('INV-7', 'paid');
    const element = await mountPay(endpoint);
    await shows(element, 'paid');
    const order = backend.orders['INV-7'];
    if (order) order.payment = { ...paid, status: 'processing', updatedAt: '2020-01-01T00:00:00Z' };
    element.refresh();
    await until(() => backend.count('order') === 2);
    if (order) order.payment = { ...paid, paymentId: 'pay-0', status: 'failed', createdAt: '2020-01-01T00:00:00Z' };
    element.refresh();
    await until(() => backend.count('order') === 3);
    if (order) delete order.payment;
    // It is not gone: an answer that set out earlier just did not know it.
    backend.orders['INV-8'] = { orderId: 'INV-8', amount: paid.amount, lines: [], payment: paid };
    element.refresh();
    await until(() => backend.count('payment') === 1);
    await fetch(`${endpoint}/account`);
    await element.updateComplete;
    expect(element.state).to.equal('paid');
  });

  it('is shown paid by another element of the page for the same order, which tells it no second time', async () => {
    const { backend, endpoint } = serve({ payAs: 'paid' });
    const [first, second] = await Promise.all([mountPay(endpoint), mountPay(endpoint)]);
    const events = record(document.documentElement, 'allo-paid');
    await Promise.all([shows(first, 'ready'), shows(second, 'ready')]);
    press(first, 'Bayar');
    await Promise.all([shows(first, 'paid'), shows(second, 'paid')]);
    second.pay();
    await second.updateComplete;
    expect([backend.count('pay'), events.length]).to.deep.equal([1, 1]);
  });

  it('is told once in a page where two elements wait for it', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'processing');
    const both = await Promise.all([mountPay(endpoint), mountPay(endpoint)]);
    const events = record(document.documentElement, 'allo-paid', 'allo-refunded');
    await Promise.all(both.map((one) => shows(one, 'processing')));
    for (const status of ['paid', 'refunded'] as const) {
      backend.settle('INV-7', status);
      window.dispatchEvent(new Event('online'));
      await Promise.all(both.map((one) => shows(one, status)));
      await Promise.all(both.map((one) => one.updateComplete));
    }
    expect(events.map(({ type }) => type)).to.deep.equal(['allo-paid', 'allo-refunded']);
  });

  it('shows and tells that the order is paid when the bank takes the money of an earlier payment late', async () => {
    const { backend, endpoint } = serve({ payAs: 'expired' });
    const element = await mountPay(endpoint);
    const events = record(element, 'allo-paid');
    await shows(element, 'ready');
    press(element, 'Bayar');
    await shows(element, 'expired');
    const early = backend.orders['INV-7']?.payment;
    await new Promise((resolve) => setTimeout(resolve, 10));
    backend.payAs = 'failed';
    press(element, 'Bayar lagi');
    await shows(element, 'failed');
    await new Promise((resolve) => setTimeout(resolve, 10));
    const late = backend.settle('INV-7', 'paid');
    Object.assign(late, { paymentId: early?.paymentId, createdAt: early?.createdAt });
    element.refresh();
    await shows(element, 'paid');
    await until(() => events.length > 0);
    expect(events.map(({ payment }) => payment.paymentId)).to.deep.equal([early?.paymentId]);
  });

  it('looks at the balance again when a payment failed', async () => {
    const { backend, endpoint } = serve({ payAs: 'failed' });
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    const balances = backend.count('balance');
    press(element, 'Bayar');
    await shows(element, 'failed');
    await until(() => backend.count('balance') > balances);
  });

  it('looks at the account again when a payment failed for want of a link', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'processing');
    const element = await mountPay(endpoint);
    await shows(element, 'processing');
    backend.account = { status: 'relink-required' };
    backend.settle('INV-7', 'failed', 'RELINK_REQUIRED');
    await shows(element, 'relink-required');
  });

  it('pays once with one key where the browser refuses to store anything', async () => {
    const { setItem } = Storage.prototype;
    Storage.prototype.setItem = () => {
      throw new DOMException('refused', 'QuotaExceededError');
    };
    try {
      const { backend, endpoint } = serve();
      const element = await mountPay(endpoint);
      await shows(element, 'ready');
      backend.fail('pay', 'network', { times: 1 });
      press(element, 'Bayar');
      await shows(element, 'error');
      press(element, 'Coba lagi');
      await shows(element, 'waiting');
      expect(new Set(keysOf(backend)).size).to.equal(1);
    } finally {
      Storage.prototype.setItem = setItem;
    }
  });

  it('asks for nothing when it is told to refresh after it was taken out', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    element.remove();
    await until(() => element.order === undefined);
    const asked = backend.requests.length;
    element.refresh();
    await element.updateComplete;
    expect(element.error).to.equal(undefined);
    expect(backend.requests).to.have.length(asked);
  });

  it('refuses an answer about another order', async () => {
    const { backend, endpoint } = serve();
    const other = backend.orders['INV-7'];
    if (other) backend.orders['INV-8'] = other;
    const element = await mountPay(endpoint, { 'order-id': 'INV-8' });
    await shows(element, 'error');
    expect(element.error?.code).to.equal('INVALID_RESPONSE');
  });

  it('begins no payment by the second of two quick taps on "check status", where it turns out to have failed in between', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'processing');
    const element = await mountPay(endpoint);
    await shows(element, 'processing');
    backend.settle('INV-7', 'failed');
    press(element, 'Periksa status');
    await shows(element, 'failed');
    control(element, 'Bayar lagi').dispatchEvent(new MouseEvent('click', { detail: 2, bubbles: true, composed: true }));
    await roundTrips(endpoint);
    expect([element.state, backend.count('pay')]).to.deep.equal(['failed', 0]);
  });

  it('begins no payment by the Enter on "check status", held a little too long', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'processing');
    const element = await mountPay(endpoint);
    await shows(element, 'processing');
    backend.settle('INV-7', 'failed');
    control(element, 'Periksa status').focus();
    await sendKeys({ down: 'Enter' });
    await shows(element, 'failed');
    await until(() => inside(element).activeElement === control(element, 'Bayar lagi'));
    await sendKeys({ down: 'Enter' });
    await sendKeys({ up: 'Enter' });
    await roundTrips(endpoint);
    expect([element.state, backend.count('pay')]).to.deep.equal(['failed', 0]);
  });

  it('pays once by the Enter held on "pay", however often the bank refuses', async () => {
    const { backend, endpoint } = serve({ payAs: 'failed' });
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    control(element, 'Bayar').focus();
    await sendKeys({ down: 'Enter' });
    await shows(element, 'failed');
    await until(() => inside(element).activeElement === control(element, 'Bayar lagi'));
    await sendKeys({ down: 'Enter' });
    await sendKeys({ up: 'Enter' });
    await roundTrips(endpoint);
    expect([element.state, backend.count('pay')]).to.deep.equal(['failed', 1]);
  });

  for (const status of ['failed', 'paid'] as const) {
    it(`goes on showing what became of the payment, and tells no error, where looking at its order again fails (${status})`, async () => {
      const { backend, endpoint } = serve({ payAs: status });
      const element = await mountPay(endpoint);
      const errors = record(element, 'allo-error');
      await shows(element, 'ready');
      backend.fail('order', 'BANK_UNAVAILABLE');
      press(element, 'Bayar');
      await until(() => backend.count('order') > 1);
      await roundTrips(endpoint);
      expect([element.state, errors.length]).to.deep.equal([status, 0]);
    });
  }
});

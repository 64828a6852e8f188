import { expect } from '@open-wc/testing';
import type { AlloBalance } from '../../packages/elements/src/index.ts';
import { clearStage, closeStage, inside, mount, mountPay, openStage, press, record, serve, shows, textOf, until } from './stage.ts';

describe('<allo-balance>', () => {
  before(openStage);
  after(closeStage);
  afterEach(clearStage);

  it('shows grey shapes and no figure until the bank has answered', async () => {
    const { backend, endpoint } = serve();
    const answer = backend.hold('balance');
    const element = await mount('allo-balance', { endpoint });
    await until(() => backend.count('balance') === 1);
    expect(element.state).to.equal('loading');
    expect(textOf(element)).to.equal('');
    answer();
    await shows(element, 'shown');
  });

  it('shows the main balance first, the others by name, and as of when', async () => {
    const { endpoint } = serve({
      balance: {
        asOf: '2026-11-22T14:02:00+07:00',
        instruments: [
          { type: 'POINT', available: { value: '15250.00', currency: 'IDR' } },
          { type: 'BALANCE', available: { value: '1250000.00', currency: 'IDR' } },
        ],
      },
    });
    const element = await mount('allo-balance', { endpoint });
    await shows(element, 'shown');
    const at = new Date('2026-11-22T14:02:00+07:00');
    const time = `${String(at.getHours()).padStart(2, '0')}.${String(at.getMinutes()).padStart(2, '0')}`;
    expect(textOf(element)).to.match(new RegExp(`^Saldo Allo Bank ?Rp 1\\.250\\.000 ?Allo Points ?Rp 15\\.250 ?Per ${time.replace('.', '\\.')}$`));
  });

  it('reads money out without marks between the digits', async () => {
    const { endpoint } = serve();
    const element = await mount('allo-balance', { endpoint });
    await shows(element, 'shown');
    const amount = inside(element).querySelector('[part=amount]');
    expect(amount?.querySelector('[aria-hidden=true]')?.textContent).to.equal('Rp\u00a01.250.000');
    expect(amount?.querySelector('[part=hidden]')?.textContent).to.equal('1250000 rupiah');
  });

  it('asks the bank for nothing while the account is not linked', async () => {
    const { backend, endpoint } = serve({ account: { status: 'unlinked' } });
    const element = await mount('allo-balance', { endpoint });
    await shows(element, 'unlinked');
    expect(backend.count('balance')).to.equal(0);
    expect(textOf(element)).to.contain('Saldo tampil setelah akun Allo Bank terhubung');
  });

  it('tells each balance once', async () => {
    const { backend, endpoint } = serve();
    // Before it is there: a quick answer comes before whoever waits for the element.
    const events = record(document.body, 'allo-balance-loaded');
    const element = await mount<AlloBalance>('allo-balance', { endpoint });
    await shows(element, 'shown');
    await until(() => events.length > 0);
    element.requestUpdate();
    await element.updateComplete;
    element.refresh();
    await until(() => events.length > 1);
    await element.updateComplete;
    expect(events).to.have.length(2);
    expect(events[0]?.balance).to.deep.equal(backend.balance);
  });

  it('keeps the last balance when a refresh fails, says that it is old, and recovers', async () => {
    const { backend, endpoint } = serve();
    const element = await mount('allo-balance', { endpoint });
    await shows(element, 'shown');
    backend.fail('balance', 'BANK_UNAVAILABLE', { times: 1 });
    element.refresh();
    await shows(element, 'stale');
    expect(textOf(element)).to.contain('Rp 1.250.000').and.contain('Saldo terakhir');
    inside(element).querySelector<HTMLElement>('[part~=refresh]')?.click();
    await shows(element, 'shown');
    expect(textOf(element)).to.not.contain('Saldo terakhir');
  });

  it('shows no figure when the first answer is a failure, and offers to try again', async () => {
    const { backend, endpoint } = serve();
    backend.fail('balance', 'BANK_UNAVAILABLE', { times: 1 });
    const element = await mount('allo-balance', { endpoint });
    const errors = record(element, 'allo-error');
    await shows(element, 'error');
    expect(textOf(element)).to.contain('Allo Bank sedang tidak dapat dihubungi').and.not.contain('Rp');
    press(element, 'Coba lagi');
    await shows(element, 'shown');
    expect(errors).to.have.length(1);
  });

  it('forgets the balance when the shopper is signed out', async () => {
    const { backend, endpoint } = serve();
    const element = await mount<AlloBalance>('allo-balance', { endpoint });
    await shows(element, 'shown');
    backend.fail('account', 'UNAUTHENTICATED', { retryable: false });
    backend.fail('balance', 'UNAUTHENTICATED', { retryable: false });
    element.refresh();
    await shows(element, 'error');
    expect(element.balance).to.equal(undefined);
    expect(textOf(element)).to.contain('Silakan masuk').and.not.contain('Rp');
  });

  it('never shows one customer the balance of another', async () => {
    const { backend, endpoint } = serve();
    const element = await mount<AlloBalance>('allo-balance', { endpoint });
    await shows(element, 'shown');
    backend.account = { status: 'linked', phone: '0857••••111', linkedAt: '2026-02-02T00:00:00Z' };
    const answer = backend.hold('balance');
    window.dispatchEvent(new Event('online'));
    await shows(element, 'loading');
    expect(textOf(element)).to.not.contain('Rp');
    answer();
    await shows(element, 'shown');
  });

  it('says that the link is no longer valid when the bank says so', async () => {
    const { backend, endpoint } = serve();
    const element = await mount('allo-balance', { endpoint });
    await shows(element, 'shown');
    backend.account = { status: 'relink-required' };
    backend.fail('balance', 'RELINK_REQUIRED', { retryable: false });
    element.refresh();
    await shows(element, 'relink-required');
  });

  it('refreshes itself when an order is paid on the page', async () => {
    const { backend, endpoint } = serve({ payAs: 'paid' });
    const element = await mount('allo-balance', { endpoint });
    const pay = await mountPay(endpoint);
    await shows(pay, 'ready');
    await shows(element, 'shown');
    backend.balance = { ...backend.balance, instruments: [{ type: 'BALANCE', available: { value: '1125000.00', currency: 'IDR' } }] };
    pay.pay();
    await until(() => textOf(element).includes('Rp 1.125.000'));
  });

  it('refreshes itself when another tab says that something changed', async () => {
    const { backend, endpoint } = serve();
    const element = await mount('allo-balance', { endpoint });
    await shows(element, 'shown');
    backend.balance = { ...backend.balance, instruments: [{ type: 'BALANCE', available: { value: '5000.00', currency: 'IDR' } }] };
    const otherTab = new BroadcastChannel(`allo-kit:${endpoint}`);
    otherTab.postMessage('changed');
    await until(() => textOf(element).includes('Rp 5.000'));
    otherTab.close();
  });

  it('shares its requests with the other elements of the page', async () => {
    const { backend, endpoint } = serve();
    const elements = await Promise.all([
      mount('allo-balance', { endpoint }),
      mount('allo-balance', { endpoint }),
      mount('allo-link-button', { endpoint }),
      mountPay(endpoint),
    ]);
    const [first, second, link, pay] = elements;
    await Promise.all([shows(first, 'shown'), shows(second, 'shown'), shows(link, 'linked'), shows(pay, 'ready')]);
    expect([backend.count('account'), backend.count('balance'), backend.count('order')]).to.deep.equal([1, 1, 1]);
  });

  describe('masked', () => {
    const tool = (element: Element, name: string): HTMLElement => {
      const found = inside(element).querySelector<HTMLElement>(`[part~=${name}]`);
      if (!found) throw new Error(`no tool "${name}"`);
      return found;
    };

    it('hides the figures and does not fetch them until the shopper asks for them', async () => {
      const { backend, endpoint } = serve();
      const element = await mount<AlloBalance>('allo-balance', { endpoint, masked: '' });
      await shows(element, 'hidden');
      element.refresh();
      window.dispatchEvent(new Event('online'));
      await until(() => backend.count('account') > 1);
      await element.updateComplete;
      expect(backend.count('balance')).to.equal(0);
      expect(textOf(element)).to.contain('Saldo disembunyikan').and.not.match(/\d/);
      expect(tool(element, 'show').textContent.trim()).to.equal('Tampilkan saldo');
      tool(element, 'show').click();
      await shows(element, 'shown');
      expect(textOf(element)).to.contain('Rp 1.250.000');
    });

    it('hides them again, and remembers the choice for the next page', async () => {
      const { backend, endpoint } = serve();
      const [element, other] = await Promise.all([1, 2].map(() => mount('allo-balance', { endpoint, masked: '' })));
      if (!element || !other) throw new Error('not mounted');
      await shows(element, 'hidden');
      tool(element, 'show').click();
      await Promise.all([shows(element, 'shown'), shows(other, 'shown')]);
      element.remove();
      other.remove();
      const next = await mount('allo-balance', { endpoint, masked: '' });
      await shows(next, 'shown');
      tool(next, 'hide').click();
      await shows(next, 'hidden');
      next.remove();
      const asked = backend.count('balance');
      const last = await mount('allo-balance', { endpoint, masked: '' });
      await shows(last, 'hidden');
      expect(backend.count('balance')).to.equal(asked);
    });

    it('is told by no other element of the page, which learns from the bank whether it is enough', async () => {
      const { backend, endpoint } = serve({ balance: { instruments: [{ type: 'BALANCE', available: { value: '48200.00', currency: 'IDR' } }], asOf: '2026-11-05T14:02:00+07:00' } });
      const element = await mount('allo-balance', { endpoint, masked: '' });
      const pay = await mountPay(endpoint);
      await shows(pay, 'ready');
      press(pay, 'Bayar');
      await shows(pay, 'waiting');
      backend.settle('INV-7', 'failed', 'INSUFFICIENT_FUNDS');
      press(pay, 'Periksa status');
      await shows(pay, 'failed');
      expect(textOf(pay)).to.contain('Saldo Allo Bank tidak cukup').and.not.contain('48.200');
      expect(backend.count('balance')).to.equal(0);
      expect(element.state).to.equal('hidden');
    });

    it('gives its figure to the other elements while it is shown', async () => {
      const { endpoint } = serve({ balance: { instruments: [{ type: 'BALANCE', available: { value: '48200.00', currency: 'IDR' } }], asOf: '2026-11-05T14:02:00+07:00' } });
      const element = await mount('allo-balance', { endpoint, masked: '' });
      const pay = await mountPay(endpoint);
      await shows(pay, 'ready');
      tool(element, 'show').click();
      await shows(pay, 'insufficient');
      expect(textOf(pay)).to.contain('48.200');
      tool(element, 'hide').click();
      await shows(pay, 'ready');
    });

    it('fetches when it is no longer to be masked', async () => {
      const { endpoint } = serve();
      const element = await mount<AlloBalance>('allo-balance', { endpoint, masked: '' });
      await shows(element, 'hidden');
      element.masked = false;
      await shows(element, 'shown');
      element.masked = true;
      await shows(element, 'hidden');
    });

    it('keeps the focus on the eye when it is pressed, and its height', async () => {
      const { endpoint } = serve();
      const element = await mount('allo-balance', { endpoint, masked: '' });
      await shows(element, 'hidden');
      const before = element.getBoundingClientRect().height;
      tool(element, 'show').focus();
      tool(element, 'show').click();
      await shows(element, 'shown');
      expect(element.getBoundingClientRect().height).to.equal(before);
      await until(() => inside(element).activeElement === tool(element, 'hide'));
    });
  });
});

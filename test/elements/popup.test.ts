import { expect } from '@open-wc/testing';
import type { AlloPay } from '../../packages/elements/src/index.ts';
import type { Shown } from './stage.ts';
import { clearStage, closeStage, control, inside, mount, mountPay, openStage, press, record, serve, shows, textOf, until } from './stage.ts';

/** What `window.open` gave, as far as the elements use it. */
interface FakePopup {
  at: string[];
  opener: unknown;
  closed: boolean;
  document: { title: string; body: { textContent: string } };
  location: { replace(url: string): void };
  close(): void;
}

describe('the bank\'s page in a popup', () => {
  const realOpen = window.open;
  const unlinked = { account: { status: 'unlinked' } } as const;
  let popups: FakePopup[] = [];
  let calls: unknown[][] = [];

  before(openStage);
  after(closeStage);
  beforeEach(() => {
    popups = [];
    calls = [];
    window.open = ((...args: unknown[]) => {
      calls.push(args);
      const at = [String(args[0])];
      const popup: FakePopup = {
        at,
        opener: window,
        closed: false,
        document: { title: '', body: { textContent: '' } },
        location: { replace: (url) => void at.push(url) },
        close: () => void (popup.closed = true),
      };
      popups.push(popup);
      return popup;
    }) as unknown as typeof window.open;
  });
  afterEach(clearStage);
  afterEach(() => {
    window.open = realOpen;
  });

  /** The stage keeps this window from leaving; with a popup it does not leave, and nobody else has to take care of it. */
  async function unhindered<T extends HTMLElement>(mounting: Promise<T>): Promise<T> {
    const element = await mounting;
    element.addEventListener('allo-authorize-request', (event) => event.stopPropagation());
    return element;
  }

  it('is opened blank inside the press, and sent to the bank when the address is known', async () => {
    const { backend, endpoint } = serve();
    const element = await unhindered(mountPay(endpoint, { presentation: 'popup' }));
    await shows(element, 'ready');
    const answer = backend.hold('pay');
    press(element, 'Bayar');
    expect(popups.map(({ at }) => at), 'before anything else could happen').to.deep.equal([['']]);
    expect(popups[0]?.document.title).to.equal('Membuka Allo Bank…');
    answer();
    await shows(element, 'waiting');
    expect(popups.map(({ at }) => at)).to.deep.equal([['', 'https://bank.example/authorize']]);
  });

  it('cannot reach the shop\'s page', async () => {
    const { endpoint } = serve(unlinked);
    const element = await unhindered(mount('allo-link-button', { endpoint, presentation: 'popup' }));
    await shows(element, 'unlinked');
    press(element, 'Hubungkan');
    await shows(element, 'linking');
    expect(popups[0]?.opener).to.equal(null);
  });

  it('completes by what the backend says, without a word from the popup', async () => {
    const { backend, endpoint } = serve(unlinked);
    const element = await unhindered(mount('allo-link-button', { endpoint, presentation: 'popup' }));
    await shows(element, 'unlinked');
    press(element, 'Hubungkan');
    await shows(element, 'linking');
    backend.link();
    await shows(element, 'linked');
    expect(popups[0]?.closed, 'wherever it stands').to.equal(true);
  });

  it('is closed when the link came to nothing, and when the payment is over, however it ended', async () => {
    const { backend, endpoint } = serve(unlinked);
    const link = await unhindered(mount('allo-link-button', { endpoint, presentation: 'popup' }));
    await shows(link, 'unlinked');
    press(link, 'Hubungkan');
    await shows(link, 'linking');
    expect(popups[0]?.closed).to.equal(false);
    backend.account = { status: 'unlinked', lastFailure: 'not-completed' };
    link.refresh();
    await shows(link, 'unlinked');
    expect(popups[0]?.closed).to.equal(true);
    link.remove();
    for (const end of ['paid', 'cancelled', 'failed'] as const) {
      const { backend: shop, endpoint: at } = serve();
      const pay = await unhindered(mountPay(at, { presentation: 'popup' }));
      await shows(pay, 'ready');
      press(pay, 'Bayar');
      await shows(pay, 'waiting');
      expect(popups.at(-1)?.closed, end).to.equal(false);
      shop.settle('INV-7', end);
      press(pay, 'Periksa status');
      await shows(pay, end);
      expect(popups.at(-1)?.closed, end).to.equal(true);
    }
  });

  it('is closed again if it was between two pages and did not hear it', async () => {
    const { backend, endpoint } = serve();
    const element = await unhindered(mountPay(endpoint, { presentation: 'popup' }));
    await shows(element, 'ready');
    press(element, 'Bayar');
    await shows(element, 'waiting');
    const [popup] = popups;
    let heard = 0;
    if (popup) popup.close = () => void (popup.closed = (heard += 1) > 2);
    backend.settle('INV-7', 'paid');
    press(element, 'Periksa status');
    await shows(element, 'paid');
    await until(() => popup?.closed === true);
    expect(heard).to.equal(3);
  });

  it('is not closed late when it did not hear it and was opened anew meanwhile', async () => {
    const { backend, endpoint } = serve();
    const element = await unhindered(mountPay(endpoint, { presentation: 'popup' }));
    await shows(element, 'ready');
    press(element, 'Bayar');
    await shows(element, 'waiting');
    const [popup] = popups;
    let [heard, looks] = [0, 0];
    if (popup) Object.defineProperty(popup, 'closed', { get: () => (looks += 1) < 0 });
    if (popup) popup.close = () => void (heard += 1);
    backend.settle('INV-7', 'cancelled');
    press(element, 'Periksa status');
    await shows(element, 'cancelled');
    let heardBefore = 0;
    // The window has a name: as long as it stands, it is the one that opens again.
    window.open = (() => {
      [heardBefore, looks] = [heard, 0];
      return popup;
    }) as unknown as typeof window.open;
    press(element, 'Bayar');
    // It is looked at before it is sent to the bank, and when the close before that is looked after.
    await until(() => looks === 2);
    expect(heardBefore, 'the close that was not heard').to.be.greaterThan(0);
    expect(heard).to.equal(heardBefore);
  });

  it('is another one for another payment of the page, and closed with its own only', async () => {
    const { backend, endpoint } = serve();
    backend.orders['INV-8'] = { orderId: 'INV-8', amount: { value: '90000.00', currency: 'IDR' }, lines: [] };
    const one = await unhindered(mountPay(endpoint, { presentation: 'popup' }));
    const other = await unhindered(mountPay(endpoint, { presentation: 'popup', 'order-id': 'INV-8' }));
    for (const pay of [one, other]) {
      await shows(pay, 'ready');
      press(pay, 'Bayar');
      await shows(pay, 'waiting');
    }
    expect(new Set(calls.map(([, name]) => name)).size, 'a window of its own').to.equal(2);
    backend.settle('INV-8', 'paid');
    press(other, 'Periksa status');
    await shows(other, 'paid');
    expect(popups.map(({ closed }) => closed)).to.deep.equal([false, true]);
  });

  it('stays with the shopper at the bank when the page takes the element out', async () => {
    const { endpoint } = serve();
    const pay = await unhindered(mountPay(endpoint, { presentation: 'popup' }));
    await shows(pay, 'ready');
    press(pay, 'Bayar');
    await shows(pay, 'waiting');
    pay.remove();
    await until(() => pay.order === undefined);
    expect(popups[0]?.closed).to.equal(false);
  });

  it('completes at once when the page in the popup says so, by channel or by storage, and asks once for both', async () => {
    const { backend, endpoint } = serve();
    const element = await unhindered(mountPay(endpoint, { presentation: 'popup' }));
    await shows(element, 'ready');
    const asked = backend.count('account');
    const channel = new BroadcastChannel(`allo-kit:${endpoint}`);
    channel.postMessage('7');
    await until(() => backend.count('account') === asked + 1);
    window.dispatchEvent(new StorageEvent('storage', { key: `allo-kit:news:${endpoint}`, newValue: '7' }));
    window.dispatchEvent(new StorageEvent('storage', { key: 'of-somebody-else', newValue: '8' }));
    backend.settle('INV-7', 'paid');
    window.dispatchEvent(new StorageEvent('storage', { key: `allo-kit:news:${endpoint}`, newValue: '9' }));
    await shows(element, 'paid');
    expect(backend.count('account')).to.equal(asked + 2);
    channel.close();
  });

  it('may be closed early: the way to the bank is one press away, and nothing is sent again', async () => {
    const { backend, endpoint } = serve();
    const element = await unhindered(mountPay(endpoint, { presentation: 'popup' }));
    await shows(element, 'ready');
    press(element, 'Bayar');
    await shows(element, 'waiting');
    popups[0]?.close();
    const link = control(element, 'Lanjutkan di Allo Bank');
    const event = new MouseEvent('click', { bubbles: true, cancelable: true });
    link.dispatchEvent(event);
    expect(event.defaultPrevented).to.equal(true);
    expect(popups[1]?.at).to.deep.equal(['https://bank.example/authorize']);
    expect(backend.count('pay')).to.equal(1);
  });

  it('may be closed before the address is known: this window stays, and the way to the bank is a link', async () => {
    const { backend, endpoint } = serve();
    const element = await unhindered(mountPay(endpoint, { presentation: 'popup' }));
    await shows(element, 'ready');
    const answer = backend.hold('pay');
    press(element, 'Bayar');
    popups[0]?.close();
    answer();
    await shows(element, 'waiting');
    expect(popups[0]?.at).to.deep.equal(['']);
    expect(control(element, 'Lanjutkan di Allo Bank').getAttribute('href')).to.equal('https://bank.example/authorize');
  });

  it('is not left blank when the request fails, or the page takes over', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint, { presentation: 'popup' });
    await shows(element, 'ready');
    backend.fail('pay', 'BANK_UNAVAILABLE', { times: 1 });
    press(element, 'Bayar');
    await shows(element, 'error');
    expect(popups[0]?.closed).to.equal(true);
    press(element, 'Coba lagi');
    await shows(element, 'waiting');
    expect(popups[1]?.closed, 'the stage has prevented the event').to.equal(true);
  });

  it('is not left blank when a payment needs no visit to the bank, or the element is taken out', async () => {
    const { backend, endpoint } = serve({ payAs: 'paid' });
    const element = await mountPay(endpoint, { presentation: 'popup' });
    await shows(element, 'ready');
    press(element, 'Bayar');
    await shows(element, 'paid');
    expect(popups[0]?.closed).to.equal(true);
    delete backend.orders['INV-7']?.payment;
    const other = await mountPay(endpoint, { presentation: 'popup' });
    await shows(other, 'ready');
    backend.hold('pay');
    press(other, 'Bayar');
    await shows(other, 'creating');
    other.remove();
    await until(() => popups[1]?.closed === true);
  });

  it('gives way to this window where popups are blocked', async () => {
    window.open = () => null;
    const { endpoint } = serve();
    const element = await mountPay(endpoint, { presentation: 'popup' });
    const requests = record(element, 'allo-authorize-request');
    await shows(element, 'ready');
    press(element, 'Bayar');
    await shows(element, 'waiting');
    expect(requests.map(({ url }) => url)).to.deep.equal(['https://bank.example/authorize']);
    let followed = false;
    inside(element).addEventListener('click', (click) => {
      followed = !click.defaultPrevented;
      click.preventDefault();
    });
    press(element, 'Lanjutkan di Allo Bank');
    expect(followed, 'the link leads there by itself').to.equal(true);
  });

  it('is not tried in an app\'s own browser, nor unless asked for', async () => {
    const inApp = 'Mozilla/5.0 (Linux; Android 14; SM-A546E; wv) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36';
    const pressed = async (attributes: Record<string, string>): Promise<number> => {
      const { endpoint } = serve();
      const element: AlloPay & Shown = await mountPay(endpoint, attributes);
      await shows(element, 'ready');
      press(element, 'Bayar');
      await shows(element, 'waiting');
      return calls.length;
    };
    expect(await pressed({})).to.equal(0);
    Object.defineProperty(navigator, 'userAgent', { value: inApp, configurable: true });
    try {
      expect(await pressed({ presentation: 'popup' })).to.equal(0);
    } finally {
      Reflect.deleteProperty(navigator, 'userAgent');
    }
    expect(await pressed({ presentation: 'popup' })).to.equal(1);
  });

  it('asks for the phone number first, and opens when it was given', async () => {
    const { endpoint } = serve({ account: { status: 'unlinked', phoneRequired: true } });
    const element = await unhindered(mount('allo-link-button', { endpoint, presentation: 'popup' }));
    await shows(element, 'unlinked');
    press(element, 'Hubungkan');
    await shows(element, 'phone');
    expect(calls).to.have.length(0);
    const input = inside(element).querySelector('input');
    if (input) input.value = '081234567890';
    press(element, 'Lanjut');
    expect(calls).to.have.length(1);
    await shows(element, 'linking');
    expect(textOf(element)).to.contain('Lanjutkan di Allo Bank');
  });

  it('closes itself when the bank sent the shopper back into it, and tells the page below', async () => {
    const { endpoint } = serve();
    const heard: unknown[] = [];
    const below = new BroadcastChannel(`allo-kit:${endpoint}`);
    below.onmessage = ({ data }) => heard.push(data);
    const close = window.close;
    let closed = 0;
    window.close = () => {
      closed += 1;
    };
    sessionStorage.setItem('allo-kit-bank', '1');
    await mount('allo-link-button', { endpoint });
    await mount('allo-link-button', { endpoint: serve().endpoint });
    window.close = close;
    await until(() => heard.length === 1);
    expect(closed, 'once: a window opened from here has a copy of the mark').to.equal(1);
    expect(localStorage.getItem(`allo-kit:news:${endpoint}`)).to.equal(heard[0]);
    below.close();
  });
});

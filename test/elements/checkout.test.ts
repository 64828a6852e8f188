import { expect, fixture } from '@open-wc/testing';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import { html } from 'lit';
import type { Account, Order } from '../../packages/elements/src/contract.ts';
import type { AlloCheckout } from '../../packages/elements/src/index.ts';
import type { Backend } from '../../packages/elements/src/msw.ts';
import type { Shown } from './stage.ts';
import { clearStage, closeStage, control, holdStill, inside, mount, openStage, press, record, roundTrips, serve, shows, textOf, until } from './stage.ts';

type Inner = 'allo-link-button' | 'allo-balance' | 'allo-pay';

interface Scene {
  state: string;
  /** Tells scenes of one state apart. */
  name?: string;
  attributes?: Record<string, string>;
  prepare?: (backend: Backend) => unknown;
  /** The element inside whose main control is pressed to get there. */
  pressed?: Inner;
  offline?: boolean;
  /** Takes more room than is kept: a question to the shopper, or a way on that is rarely needed. */
  grows?: boolean;
}

const away = (code: Parameters<Backend['fail']>[1]) => (backend: Backend): void => (['account', 'order', 'balance'] as const).forEach((route) => backend.fail(route, code));
const account = (given: Account) => (backend: Backend): unknown => (backend.account = given);
const link = { url: 'https://bank.example/authorize', expiresAt: '2099-01-01T00:00:00+07:00' };
const poor = (backend: Backend): unknown => (backend.balance.instruments = [{ type: 'BALANCE', available: { value: '48200.00', currency: 'IDR' } }]);

const scenes: Scene[] = [
  { state: 'loading', prepare: (backend) => backend.hold('order') },
  { state: 'unlinked', prepare: account({ status: 'unlinked' }) },
  { state: 'unlinked', name: 'after a failure', prepare: account({ status: 'unlinked', lastFailure: 'not-completed' }), grows: true },
  { state: 'phone', prepare: account({ status: 'unlinked', phoneRequired: true }), pressed: 'allo-link-button', grows: true },
  { state: 'opening', name: 'to link', prepare: (backend) => (account({ status: 'unlinked' })(backend), backend.hold('link')), pressed: 'allo-link-button' },
  { state: 'linking', prepare: account({ status: 'linking', link }) },
  { state: 'relink-required', prepare: account({ status: 'relink-required' }) },
  { state: 'relink-required', name: 'after a payment', prepare: (backend) => (backend.settle('INV-7', 'failed', 'RELINK_REQUIRED'), account({ status: 'relink-required' })(backend)) },
  { state: 'ready' },
  { state: 'ready', name: 'masked', attributes: { masked: '' } },
  { state: 'ready', name: 'without a balance', prepare: (backend) => backend.fail('balance', 'BANK_UNAVAILABLE'), grows: true },
  { state: 'disabled', attributes: { disabled: '' }, grows: true },
  { state: 'insufficient', prepare: poor },
  { state: 'creating', prepare: (backend) => backend.hold('pay'), pressed: 'allo-pay' },
  { state: 'error', name: 'after the press', prepare: (backend) => backend.fail('pay', 'BANK_UNAVAILABLE'), pressed: 'allo-pay' },
  { state: 'error', name: 'of everything', prepare: away('BANK_UNAVAILABLE'), grows: true },
  { state: 'error', name: 'of somebody signed out', prepare: away('UNAUTHENTICATED'), grows: true },
  { state: 'offline', prepare: away('network'), offline: true, grows: true },
  { state: 'waiting', prepare: (backend) => backend.settle('INV-7', 'requires-action') },
  ...(['processing', 'paid', 'failed', 'cancelled', 'expired', 'refunding', 'refunded', 'review'] as const).map((state) => ({
    state,
    prepare: (backend: Backend) => backend.settle('INV-7', state),
  })),
];

describe('<allo-checkout>', () => {
  before(openStage);
  after(closeStage);
  afterEach(clearStage);
  afterEach(() => Reflect.deleteProperty(navigator, 'onLine'));

  function mountCheckout(endpoint: string, attributes: Record<string, string> = {}): Promise<AlloCheckout> {
    return mount<AlloCheckout>('allo-checkout', { endpoint, 'order-id': 'INV-7', ...attributes });
  }

  function inner(checkout: Element, tag: Inner): Shown {
    const found = inside(checkout).querySelector<Shown>(tag);
    if (!found) throw new Error(`no <${tag}>`);
    return found;
  }

  const innersOf = (checkout: Element): Shown[] => (['allo-link-button', 'allo-balance', 'allo-pay'] as const).map((tag) => inner(checkout, tag));
  const seenIn = (checkout: Element): Shown[] => innersOf(checkout).filter(({ hidden }) => !hidden);

  /** Every sentence that can be read, wherever it stands. */
  function sentencesOf(checkout: Element): string[] {
    const paragraphs = [checkout, ...seenIn(checkout)].flatMap((element) => [...inside(element).querySelectorAll('p, button, a')]);
    return paragraphs.map(({ textContent }) => textContent.replace(/\s+/g, ' ').trim()).filter((text) => text !== '');
  }

  async function play({ state, attributes, prepare, pressed, offline }: Scene): Promise<AlloCheckout> {
    const { backend, endpoint } = serve();
    prepare?.(backend);
    if (offline) Object.defineProperty(navigator, 'onLine', { value: false, configurable: true });
    const checkout = await mountCheckout(endpoint, attributes);
    if (pressed) {
      await until(() => inside(inner(checkout, pressed)).querySelector('[part~=primary]') !== null);
      inside(inner(checkout, pressed)).querySelector<HTMLElement>('[part~=primary]')?.click();
    }
    await shows(checkout, state);
    await settled(checkout);
    return checkout;
  }

  /** Nothing is waiting to be drawn, and the balance is there if it is shown. */
  async function settled(checkout: AlloCheckout): Promise<void> {
    await until(() => seenIn(checkout).every(({ state, localName }) => localName !== 'allo-balance' || state !== 'loading'));
    for (const element of [...innersOf(checkout), checkout]) await element.updateComplete;
    await checkout.updateComplete;
  }

  describe('in every state', () => {
    for (const scene of scenes) {
      const named = [scene.state, scene.name].filter(Boolean).join(' ');

      it(`${named}: says nothing twice, offers to link at most once, has nothing for axe to fault`, async () => {
        await holdStill();
        await setViewport({ width: 360, height: 740 });
        const checkout = await play(scene);
        const sentences = sentencesOf(checkout);
        expect(sentences.filter((text, index) => sentences.indexOf(text) !== index)).to.deep.equal([]);
        expect(sentences.filter((text) => text.startsWith('Hubungkan') && !text.includes('dulu')).length).to.be.at.most(1);
        for (const [scheme, background, color] of [['light', '#fff', '#151a23'], ['dark', '#0e1014', '#eceff5']] as const) {
          document.documentElement.style.cssText = `color-scheme: ${scheme}; background: ${background}; color: ${color}`;
          await expect(checkout).to.be.accessible();
        }
        document.documentElement.style.cssText = '';
      });
    }

    it('is no wider than a phone of 320 pixels, with targets of 44', async () => {
      await setViewport({ width: 320, height: 640 });
      for (const scene of scenes) {
        const checkout = await play(scene);
        expect(checkout.scrollWidth, scene.state).to.be.at.most(checkout.clientWidth);
        for (const one of seenIn(checkout).flatMap((element) => [...inside(element).querySelectorAll('button, a, input')])) {
          const { width, height } = one.getBoundingClientRect();
          expect(Math.min(width, height), `${scene.state}: ${one.textContent.trim()}`).to.be.at.least(44);
        }
      }
    });

    for (const width of [360, 1280]) {
      it(`keeps what stands below it where it is, ${width} pixels wide`, async () => {
        await setViewport({ width, height: 800 });
        const heights = new Map<string, number>();
        for (const scene of scenes.filter(({ grows }) => !grows)) {
          heights.set([scene.state, scene.name].filter(Boolean).join(' '), (await play(scene)).offsetHeight);
          clearStage();
        }
        expect(Object.fromEntries(heights)).to.deep.equal(Object.fromEntries([...heights.keys()].map((name) => [name, heights.get('loading')])));
      });
    }
  });

  for (const lines of [undefined, [null], [{ name: 'Kopi Gayo 250 g', quantity: 1 }]]) {
    it(`leads on though the lines of the order are not of the contract: ${JSON.stringify(lines)}`, async () => {
      const { backend, endpoint } = serve({ account: { status: 'unlinked' } });
      Object.assign(backend.orders['INV-7'] ?? {}, { lines });
      const element = await mount<AlloCheckout>('allo-checkout', { endpoint, 'order-id': 'INV-7' });
      await shows(element, 'unlinked');
      await element.updateComplete;
      const link = inside(element).querySelector('allo-link-button');
      expect(link?.checkVisibility()).to.equal(true);
      expect(textOf(element)).to.contain('Rp 125.000').and.not.contain('Kopi');
    });
  }

  it('goes from the first visit to the receipt by the keyboard alone, and tells each thing once', async () => {
    const { backend, endpoint } = serve({ account: { status: 'unlinked' } });
    const checkout = await mountCheckout(endpoint);
    const told = record(document.documentElement, 'allo-linked', 'allo-balance-loaded', 'allo-pay-started', 'allo-authorize-request', 'allo-paid', 'allo-pay-failed', 'allo-error');
    await shows(checkout, 'unlinked');
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'Enter' });
    await shows(checkout, 'linking');
    await until(() => document.activeElement === checkout && focusedText(checkout).includes('Lanjutkan di Allo Bank'), () => `focus is on ${focusedText(checkout)}`);
    backend.link();
    window.dispatchEvent(new Event('online'));
    await shows(checkout, 'ready');
    await until(() => focusedText(checkout).includes('Bayar'), () => `focus is on ${focusedText(checkout)}`);
    await until(() => told.some(({ type }) => type === 'allo-balance-loaded'));
    const looks = backend.count('order');
    await sendKeys({ press: 'Enter' });
    await shows(checkout, 'waiting');
    // What stands for the order by now may be another payment: it is looked at again.
    await until(() => backend.count('order') > looks);
    await until(() => focusedText(checkout).includes('Lanjutkan di Allo Bank'), () => `focus is on ${focusedText(checkout)}`);
    backend.settle('INV-7', 'paid');
    await sendKeys({ press: 'Tab' });
    expect(focusedText(checkout)).to.contain('Periksa status');
    await sendKeys({ press: 'Enter' });
    await shows(checkout, 'paid');
    await until(() => told.some(({ type }) => type === 'allo-paid'));
    await checkout.updateComplete;
    expect(document.activeElement, 'the receipt has the focus').to.equal(checkout);
    expect(told.map(({ type }) => type).filter((type) => type !== 'allo-balance-loaded')).to.deep.equal(['allo-authorize-request', 'allo-linked', 'allo-pay-started', 'allo-authorize-request', 'allo-paid']);
    expect([backend.count('link'), backend.count('pay')]).to.deep.equal([1, 1]);
  });

  /** What has the focus, however deep; the frame of an element by its tag. */
  function focusedText(checkout: Element): string {
    let focused = checkout;
    for (let deeper = checkout.shadowRoot?.activeElement; deeper; deeper = deeper.shadowRoot?.activeElement) focused = deeper;
    return focused.matches('button, a, input') ? focused.textContent.trim() : focused.localName;
  }

  it('lets the focus alone while the page has it elsewhere', async () => {
    const { backend, endpoint } = serve({ account: { status: 'unlinked' } });
    const page = await fixture<HTMLElement>(html`<div><input aria-label="search" /><allo-checkout endpoint=${endpoint} order-id="INV-7"></allo-checkout></div>`);
    const checkout = page.querySelector<AlloCheckout>('allo-checkout');
    const field = page.querySelector('input');
    if (!checkout || !field) throw new Error('the page is incomplete');
    await shows(checkout, 'unlinked');
    expect(document.activeElement, 'not taken at the first paint').to.equal(document.body);
    press(inner(checkout, 'allo-link-button'), 'Hubungkan');
    await shows(checkout, 'linking');
    field.focus();
    backend.link();
    window.dispatchEvent(new Event('online'));
    await shows(checkout, 'ready');
    await settled(checkout);
    expect(document.activeElement).to.equal(field);
  });

  it('takes the focus along when what had it is put away', async () => {
    const { backend, endpoint } = serve();
    const checkout = await mountCheckout(endpoint);
    await shows(checkout, 'ready');
    control(inner(checkout, 'allo-link-button'), 'Putuskan').focus();
    backend.settle('INV-7', 'processing');
    window.dispatchEvent(new Event('online'));
    await shows(checkout, 'processing');
    await until(() => focusedText(checkout) === 'Periksa status', () => `focus is on ${focusedText(checkout)}`);
  });

  it('pays nothing by the Enter that asks whether to unlink, held a little too long: the focus stays with the question', async () => {
    const { backend, endpoint } = serve();
    const checkout = await mountCheckout(endpoint);
    await shows(checkout, 'ready');
    const button = inner(checkout, 'allo-link-button');
    control(button, 'Putuskan').focus();
    await sendKeys({ down: 'Enter' });
    await shows(button, 'confirming');
    await settled(checkout);
    await until(() => focusedText(checkout) === 'Batal', () => `focus is on ${focusedText(checkout)}`);
    await sendKeys({ up: 'Enter' });
    await sendKeys({ press: 'Enter' });
    await shows(button, 'linked');
    await roundTrips(endpoint);
    expect([backend.count('pay'), backend.count('unlink')]).to.deep.equal([0, 0]);
  });

  it('goes back to linking when the account is unlinked', async () => {
    const { endpoint } = serve();
    const checkout = await mountCheckout(endpoint);
    const told = record(document.documentElement, 'allo-unlinked');
    await shows(checkout, 'ready');
    const button = inner(checkout, 'allo-link-button');
    control(button, 'Putuskan').focus();
    press(button, 'Putuskan');
    await shows(button, 'confirming');
    press(button, 'Ya, putuskan');
    await shows(checkout, 'unlinked');
    await until(() => focusedText(checkout) === 'Hubungkan Allo Bank', () => `focus is on ${focusedText(checkout)}`);
    expect(told).to.have.length(1);
  });

  it('shows what is bought as the backend says it, and the total once', async () => {
    const order: Order = {
      orderId: 'INV-7',
      amount: { value: '412000.00', currency: 'IDR' },
      lines: [
        { name: 'Kopi Gayo', price: { value: '125000.00', currency: 'IDR' }, quantity: 2 },
        { name: 'Teh <b>melati</b>', price: { value: '162000.50', currency: 'IDR' }, quantity: 1 },
      ],
    };
    const { backend, endpoint } = serve({ orders: { 'INV-7': order } });
    const checkout = await mountCheckout(endpoint);
    await shows(checkout, 'ready');
    const rows = [...inside(checkout).querySelectorAll('[part~=row]')].map((row) => [...row.querySelectorAll('[part=name], [aria-hidden]')].map((one) => one.textContent));
    expect(rows).to.deep.equal([['Kopi Gayo', 'Rp\u00a0125.000'], ['Teh <b>melati</b>', 'Rp\u00a0162.000,50'], ['Rp\u00a0412.000']]);
    expect(textOf(checkout)).to.contain('2 × Rp 125.000').and.not.contain('1 ×');
    expect(checkout.order?.lines).to.deep.equal(order.lines);
    const again = { ...order, amount: { value: '99000.00', currency: 'IDR' } as const };
    backend.orders['INV-7'] = again;
    checkout.refresh();
    await until(() => textOf(checkout).includes('Rp 99.000'));
    backend.settle('INV-7', 'paid');
    checkout.refresh();
    await shows(checkout, 'paid');
    await settled(checkout);
    expect(totalOfReceipt(checkout), 'told above').to.equal(0);
  });

  const totalOfReceipt = (checkout: Element): number => inside(inner(checkout, 'allo-pay')).querySelector<HTMLElement>('[part~=total]')?.offsetHeight ?? -1;

  it('shows what was really paid if that is not the total of the order', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'paid').amount = { value: '120000.00', currency: 'IDR' };
    const checkout = await mountCheckout(endpoint);
    await shows(checkout, 'paid');
    await settled(checkout);
    expect(totalOfReceipt(checkout)).to.be.greaterThan(0);
  });

  it('keeps as many lines free as the page says there are', async () => {
    const order: Order = { orderId: 'INV-7', amount: { value: '3000.00', currency: 'IDR' }, lines: ['A', 'B', 'C'].map((name) => ({ name, price: { value: '1000.00', currency: 'IDR' }, quantity: 1 })) };
    const { backend, endpoint } = serve({ orders: { 'INV-7': order } });
    const answer = backend.hold('order');
    const checkout = await mountCheckout(endpoint, { lines: '3' });
    await checkout.updateComplete;
    const before = checkout.offsetHeight;
    answer();
    await shows(checkout, 'ready');
    await settled(checkout);
    expect(checkout.offsetHeight).to.equal(before);
  });

  it('hands on what the page says, and comes back from linking to this page, from paying to the shop\'s', async () => {
    const { backend, endpoint } = serve({ account: { status: 'unlinked' } });
    const checkout = await mountCheckout(endpoint, { 'return-to': '/orders/7', presentation: 'redirect', masked: '', disabled: '', 'disabled-reason': 'Setujui syarat dulu.' });
    await shows(checkout, 'unlinked');
    press(inner(checkout, 'allo-link-button'), 'Hubungkan');
    await shows(checkout, 'linking');
    backend.link();
    window.dispatchEvent(new Event('online'));
    await shows(checkout, 'disabled');
    expect(textOf(inner(checkout, 'allo-pay'))).to.contain('Setujui syarat dulu.');
    await shows(inner(checkout, 'allo-balance'), 'hidden');
    checkout.disabled = false;
    await shows(checkout, 'ready');
    press(inner(checkout, 'allo-pay'), 'Bayar');
    await shows(checkout, 'waiting');
    const sent = (route: string): unknown => backend.requests.find((request) => request.route === route)?.body;
    expect(sent('link')).to.deep.equal({ returnTo: location.pathname + location.search });
    expect(sent('pay')).to.deep.equal({ orderId: 'INV-7', shown: '125000.00', returnTo: '/orders/7' });
  });

  it('takes backend, language and texts from the provider around it', async () => {
    const { endpoint } = serve();
    const messages = { en: { checkout: 'Pay your order', total: 'To pay' } };
    const provider = await fixture<HTMLElement>(html`<allo-provider endpoint=${endpoint} lang="en" .messages=${messages}><allo-checkout order-id="INV-7"></allo-checkout></allo-provider>`);
    const checkout = provider.querySelector<AlloCheckout>('allo-checkout');
    if (!checkout) throw new Error('no checkout');
    await shows(checkout, 'ready');
    expect(textOf(checkout)).to.contain('To pay');
    expect(textOf(inner(checkout, 'allo-pay'))).to.contain('Pay Rp 125.000');
    expect(inside(checkout).querySelector('[part~=base]')?.getAttribute('aria-label')).to.equal('Pay your order');
    provider.lang = 'id';
    await until(() => textOf(checkout).includes('Total') && textOf(inner(checkout, 'allo-pay')).includes('Bayar'));
  });

  it('asks each thing of the backend once', async () => {
    const { backend, endpoint } = serve();
    const checkout = await mountCheckout(endpoint);
    await shows(checkout, 'ready');
    await settled(checkout);
    expect(backend.requests.map(({ route }) => route).toSorted()).to.deep.equal(['account', 'balance', 'order']);
  });

  it('tells what failed for all of them once, and one press asks for all', async () => {
    const { backend, endpoint } = serve();
    away('BANK_UNAVAILABLE')(backend);
    const told = record(document.documentElement, 'allo-error');
    const checkout = await mountCheckout(endpoint);
    await shows(checkout, 'error');
    await until(() => told.length > 1);
    await settled(checkout);
    expect(told.map(({ error }) => error).filter((error, index, all) => all.indexOf(error) !== index)).to.deep.equal([]);
    expect(told, 'the account and the order').to.have.length(2);
    for (const route of ['account', 'order', 'balance'] as const) backend.heal(route);
    press(inner(checkout, 'allo-pay'), 'Coba lagi');
    await shows(checkout, 'ready');
  });

  it('says once that the bank is away, to somebody who unlinks and whose balance is not known', async () => {
    const { backend, endpoint } = serve();
    backend.fail('balance', 'BANK_UNAVAILABLE');
    backend.fail('unlink', 'BANK_UNAVAILABLE');
    const checkout = await mountCheckout(endpoint);
    const [button, balance] = [inner(checkout, 'allo-link-button'), inner(checkout, 'allo-balance')];
    await shows(balance, 'error');
    press(button, 'Putuskan');
    await shows(button, 'confirming');
    press(button, 'Ya, putuskan');
    await shows(button, 'error');
    await settled(checkout);
    expect(seenIn(checkout)).to.deep.equal([button, inner(checkout, 'allo-pay')]);
  });

  it('tells its own changes of state, not those of what is inside', async () => {
    const { endpoint } = serve();
    const told = record(document.documentElement, 'allo-state-change');
    const checkout = await mountCheckout(endpoint);
    await shows(checkout, 'ready');
    await settled(checkout);
    expect(told.map(({ previous, state }) => `${previous} ${state}`)).to.deep.equal(['loading ready']);
    expect(checkout.getAttribute('state')).to.equal('ready');
    expect(checkout.matches(':state(ready)')).to.equal(true);
  });

  it('exports every part of the elements inside but their frames', async () => {
    const missing = new Set<string>();
    for (const scene of scenes) {
      for (const element of innersOf(await play(scene))) {
        const exported = (element.getAttribute('exportparts') ?? '').split(',').map((name) => name.trim());
        const parts = [...inside(element).querySelectorAll('[part]')].flatMap((one) => [...one.part]);
        for (const part of parts.filter((name) => !exported.includes(name))) missing.add(part);
      }
    }
    expect([...missing].toSorted()).to.deep.equal(['base', 'card', 'hidden']);
  });

  it('shows the merchant\'s mark in each element inside, and the wallet when it is taken away', async () => {
    const { endpoint } = serve();
    const checkout = await fixture<AlloCheckout>(html`<allo-checkout endpoint=${endpoint} order-id="INV-7"><svg slot="icon" viewBox="0 0 24 24"><path d="M0 0h24v24z" /></svg></allo-checkout>`);
    await shows(checkout, 'ready');
    await settled(checkout);
    const marks = (): Element[] => innersOf(checkout).flatMap((element) => inside(element).querySelector<HTMLSlotElement>('slot[name=icon]')?.assignedElements() ?? []);
    await until(() => marks().length === 3);
    for (const mark of marks()) {
      const { width, fill, stroke } = getComputedStyle(mark);
      expect([fill, stroke], 'drawn as it is').to.deep.equal(['rgb(0, 0, 0)', 'none']);
      expect(Number.parseFloat(width)).to.be.within(18, 22);
    }
    checkout.querySelector('svg')?.remove();
    await until(() => marks().length === 0);
  });

  it('moves in the page without asking again', async () => {
    const { backend, endpoint } = serve();
    const checkout = await mountCheckout(endpoint);
    await shows(checkout, 'ready');
    await settled(checkout);
    (await fixture(html`<div></div>`)).append(checkout);
    await settled(checkout);
    expect(checkout.state).to.equal('ready');
    expect(backend.requests).to.have.length(3);
  });
});

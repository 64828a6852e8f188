import { expect, fixture } from '@open-wc/testing';
import { html } from 'lit';
import type { AlloPay, AlloProvider, AlloStateChangeEvent } from '../../packages/elements/src/index.ts';
import { AlloPay as AlloPayClass } from '../../packages/elements/src/index.ts';
import { register } from '../../packages/elements/src/internal/register.ts';
import type { Shown } from './stage.ts';
import { clearStage, closeStage, control, inside, mount, mountPay, openStage, press, record, serve, shows, textOf, until } from './stage.ts';

describe('the elements in a page', () => {
  before(openStage);
  after(closeStage);
  afterEach(clearStage);

  async function inProvider(endpoint: string, lang = ''): Promise<{ provider: AlloProvider; balance: Shown }> {
    const provider = await fixture<AlloProvider>(html`<allo-provider endpoint=${endpoint} lang=${lang || 'id'}><allo-balance></allo-balance></allo-provider>`);
    const balance = provider.querySelector('allo-balance') as unknown as Shown;
    await shows(balance, 'shown');
    return { provider, balance };
  }

  it('find their backend at the nearest provider', async () => {
    const { backend, endpoint } = serve();
    await inProvider(endpoint);
    expect(backend.count('account')).to.equal(1);
  });

  it('prefer their own endpoint to the provider\'s', async () => {
    const [theirs, own] = [serve(), serve()];
    const provider = await fixture(html`<allo-provider endpoint=${theirs.endpoint}><allo-balance endpoint=${own.endpoint}></allo-balance></allo-provider>`);
    await shows(provider.querySelector('allo-balance') as unknown as Shown, 'shown');
    expect([theirs.backend.count('account'), own.backend.count('account')]).to.deep.equal([0, 1]);
  });

  it('show nothing of another customer\'s once the provider around them was told to refresh, also at a backend of their own', async () => {
    const [theirs, own] = [serve(), serve()];
    const provider = await fixture<AlloProvider>(html`<allo-provider endpoint=${theirs.endpoint}>
      <allo-link-button></allo-link-button><allo-balance endpoint=${own.endpoint}></allo-balance>
    </allo-provider>`);
    const [link, balance] = ['allo-link-button', 'allo-balance'].map((tag) => provider.querySelector(tag) as unknown as Shown) as [Shown, Shown];
    await Promise.all([shows(link, 'linked'), shows(balance, 'shown')]);
    for (const { backend } of [theirs, own]) backend.account = { status: 'unlinked' };
    provider.refresh();
    await Promise.all([shows(link, 'unlinked'), shows(balance, 'unlinked')]);
    expect(textOf(balance)).to.not.contain('Rp');
  });

  it('follow the provider to another backend and drop what the first one said', async () => {
    const [first, second] = [serve(), serve({ account: { status: 'unlinked' } })];
    const { provider, balance } = await inProvider(first.endpoint);
    provider.endpoint = second.endpoint;
    await shows(balance, 'unlinked');
    expect(textOf(balance)).to.not.contain('Rp');
  });

  it('begin no refund at another backend because one is under way at the first', async () => {
    const [first, second] = [serve({ refundAs: 'processing' }), serve()];
    for (const { backend } of [first, second]) backend.settle('INV-7', 'paid');
    const element = await mount('allo-refund', { endpoint: first.endpoint, 'payment-id': 'pay-1' });
    press(element, 'Kembalikan dana');
    await shows(element, 'confirming');
    press(element, 'Ya, kembalikan');
    await shows(element, 'refunding');
    element.setAttribute('endpoint', second.endpoint);
    await shows(element, 'ready');
    window.dispatchEvent(new Event('online'));
    element.refresh();
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(second.backend.requests).to.deep.equal([]);
  });

  it('take no answer of the first backend for one of another', async () => {
    const [first, second] = [serve(), serve()];
    const element = await mount('allo-link-button', { endpoint: first.endpoint });
    const events = record(element, 'allo-unlinked');
    await shows(element, 'linked');
    press(element, 'Putuskan');
    await shows(element, 'confirming');
    const answer = first.backend.hold('unlink');
    press(element, 'Ya, putuskan');
    await until(() => first.backend.count('unlink') === 1);
    element.setAttribute('endpoint', second.endpoint);
    await shows(element, 'linked');
    answer();
    await until(() => first.backend.account.status === 'unlinked');
    await fetch(`${second.endpoint}/balance`);
    await element.updateComplete;
    expect(events).to.have.length(0);
    expect(second.backend.count('account')).to.equal(1);
  });

  it('go to no bank for a link that was begun at another backend', async () => {
    const [first, second] = [serve({ account: { status: 'unlinked' } }), serve({ account: { status: 'unlinked' } })];
    const element = await mount('allo-link-button', { endpoint: first.endpoint });
    const events = record(element, 'allo-authorize-request');
    await shows(element, 'unlinked');
    const answer = first.backend.hold('link');
    press(element, 'Hubungkan');
    await until(() => first.backend.count('link') === 1);
    element.setAttribute('endpoint', second.endpoint);
    await shows(element, 'unlinked');
    answer();
    await until(() => first.backend.account.status === 'linking');
    await fetch(`${second.endpoint}/balance`);
    await element.updateComplete;
    expect(events).to.have.length(0);
  });

  it('find a provider from inside another element\'s shadow root', async () => {
    const { endpoint } = serve();
    const provider = await fixture<HTMLElement>(html`<allo-provider endpoint=${endpoint}><div></div></allo-provider>`);
    const root = provider.querySelector('div')?.attachShadow({ mode: 'open' });
    const balance = document.createElement('allo-balance') as unknown as Shown;
    root?.append(balance);
    await shows(balance, 'shown');
  });

  it('speak the nearest language and follow it when it changes', async () => {
    const { endpoint } = serve();
    const { provider, balance } = await inProvider(endpoint, 'en');
    expect(textOf(balance)).to.contain('Allo Bank balance');
    provider.lang = 'id-ID';
    await until(() => textOf(balance).includes('Saldo Allo Bank'));
    balance.lang = 'en';
    await until(() => textOf(balance).includes('Allo Bank balance'));
    balance.removeAttribute('lang');
    provider.removeAttribute('lang');
    document.documentElement.lang = 'fr';
    await until(() => textOf(balance).includes('Allo Bank balance'));
    document.documentElement.removeAttribute('lang');
    await until(() => textOf(balance).includes('Saldo Allo Bank'));
    expect(inside(balance).querySelector('[part~=base]')?.getAttribute('lang')).to.equal('id');
  });

  it('say the words that the page gives them, in any language', async () => {
    const { endpoint } = serve();
    const { provider, balance } = await inProvider(endpoint, 'ms');
    provider.messages = { ms: { balance: 'Baki Allo Bank' } };
    await until(() => textOf(balance).includes('Baki Allo Bank'));
    expect(textOf(balance)).to.contain('As of');
  });

  it('have every text in both languages, and the codes have sentences', async () => {
    const { endpoint } = serve({ account: { status: 'unlinked' } });
    const pay = await mountPay(endpoint);
    await shows(pay, 'unlinked');
    for (const lang of ['id', 'en']) {
      pay.lang = lang;
      expect(pay.text('METHOD_NOT_ALLOWED')).to.equal(pay.text('UNAVAILABLE'));
      expect(pay.text('NETWORK_ERROR')).to.not.equal(pay.text('UNAVAILABLE'));
    }
  });

  it('reflect their state for CSS and tell each change once, after it is shown', async () => {
    const { backend, endpoint } = serve();
    const answer = backend.hold('balance');
    const element = await mount('allo-balance', { endpoint });
    const seen: string[] = [];
    element.addEventListener('allo-state-change', (event: AlloStateChangeEvent) => seen.push(`${event.previous} ${event.state} ${element.getAttribute('state')} ${element.matches(`:state(${event.state})`)}`));
    answer();
    await shows(element, 'shown');
    await element.updateComplete;
    expect(seen).to.deep.equal(['loading shown shown true']);
  });

  it('ask anew when the shopper comes back, also where the phone\'s clock was set back meanwhile', async () => {
    const { backend, endpoint } = serve();
    const { now } = Date;
    try {
      Date.now = () => now() + 86_400_000;
      const balance = await mount('allo-balance', { endpoint });
      await shows(balance, 'shown');
      // The phone gets the time from the network; another customer signs in at the same browser.
      Date.now = now;
      backend.account = { status: 'linked', phone: '0857••••111', linkedAt: '2024-01-01T00:00:00Z' };
      backend.balance = { instruments: [{ type: 'BALANCE', available: { value: '7000.00', currency: 'IDR' } }], asOf: new Date().toISOString() };
      window.dispatchEvent(new Event('focus'));
      await until(() => textOf(balance).includes('Rp 7.000'));
    } finally {
      Date.now = now;
    }
  });

  it('move in the page without asking again or losing what is under way', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    const answer = backend.hold('pay');
    element.pay();
    await until(() => backend.count('pay') === 1);
    const elsewhere = await fixture(html`<div></div>`);
    elsewhere.append(element);
    answer();
    await shows(element, 'waiting');
    expect([backend.count('account'), backend.count('order'), backend.count('pay')]).to.deep.equal([1, 1, 1]);
  });

  it('leave no request and no timer behind when they are taken out', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'processing');
    const [pay, link] = await Promise.all([mountPay(endpoint), mount('allo-link-button', { endpoint })]);
    await Promise.all([shows(pay, 'processing'), shows(link, 'linked')]);
    const answer = backend.hold('payment');
    press(pay, 'Periksa status');
    await until(() => backend.count('payment') >= 1);
    const events = record(document.documentElement, 'allo-paid', 'allo-state-change');
    const timers = new Set<number>();
    const [set, clear] = [window.setTimeout, window.clearTimeout];
    pay.remove();
    link.remove();
    await Promise.resolve();
    window.setTimeout = ((...args: Parameters<typeof set>) => (timers.add(set(...args)), 0)) as typeof set;
    const asked = backend.requests.length;
    backend.settle('INV-7', 'paid');
    answer();
    window.dispatchEvent(new Event('online'));
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    await fetch(`${endpoint}/account`);
    window.setTimeout = set;
    window.clearTimeout = clear;
    expect(backend.requests.length - asked, 'only the one of this test').to.equal(1);
    expect(timers.size).to.equal(0);
    expect(events).to.have.length(0);
  });

  it('start anew when they are put back after they were taken out', async () => {
    const { backend, endpoint } = serve();
    await mount('allo-link-button', { endpoint });
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    const parent = element.parentElement;
    element.remove();
    await until(() => element.order === undefined);
    backend.settle('INV-7', 'paid');
    parent?.append(element);
    await shows(element, 'paid');
  });

  it('read once more when a connection broke, but never send a payment twice by themselves', async () => {
    const { backend, endpoint } = serve();
    backend.fail('account', 'network', { times: 1 });
    const element = await mountPay(endpoint);
    await shows(element, 'ready');
    expect(backend.count('account')).to.equal(2);
    backend.fail('pay', 'network');
    press(element, 'Bayar');
    await shows(element, 'error');
    expect(backend.count('pay')).to.equal(1);
  });

  it('tell an answer that is not of the contract from one that is', async () => {
    const { backend, endpoint } = serve();
    backend.account = { status: 'asleep' } as never;
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'error');
    expect(element.error?.code).to.equal('INVALID_RESPONSE');
  });

  it('are registered once, and say so when another copy of the kit was first', () => {
    const said: unknown[] = [];
    const warn = console.warn;
    console.warn = (text: unknown): void => void said.push(text);
    const tag = customElements.get('allo-pay');
    if (tag) register('allo-pay', tag);
    expect(said).to.have.length(0);
    register('allo-pay', class extends HTMLElement {});
    console.warn = warn;
    expect(said.join()).to.contain('ALREADY_DEFINED').and.contain('<allo-pay>');
    expect(customElements.get('allo-pay')).to.equal(tag);
  });

  it('can be registered under a tag of one\'s own', async () => {
    const { endpoint } = serve();
    customElements.define('my-pay', class extends AlloPayClass {});
    const element = await mount<AlloPay>('my-pay', { endpoint, 'order-id': 'INV-7' });
    await shows(element, 'ready');
    expect(control(element, 'Bayar')).to.exist;
  });
});

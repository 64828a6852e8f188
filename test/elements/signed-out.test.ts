import { expect } from '@open-wc/testing';
import type { AlloBalance } from '../../packages/elements/src/index.ts';
import { all, answered, away, comeBack, forgetsAnOrder, gone, heal, refuse, showsNothingOf } from './signed-out.ts';
import { clearStage, closeStage, control, mount, mountPay, openStage, press, record, serve, shows, textOf, until } from './stage.ts';

describe('what belongs to a customer who signed out', () => {
  before(openStage);
  after(closeStage);
  afterEach(clearStage);

  describe('<allo-pay>', () => forgetsAnOrder('allo-pay'));

  it('is not gone on with by <allo-pay>: a payment that was being sent goes to no bank, and is found again', async () => {
    const { backend, endpoint } = serve();
    const element = await mountPay(endpoint);
    const events = record(element, 'allo-authorize-request');
    await shows(element, 'ready');
    const answer = backend.hold('pay');
    element.pay();
    await until(() => backend.count('pay') === 1);
    refuse(backend, 'UNAUTHENTICATED', ['account', 'order', 'balance']);
    comeBack();
    await showsNothingOf(element);
    answer();
    await until(() => backend.orders['INV-7']?.payment !== undefined);
    heal(backend);
    element.refresh();
    await shows(element, 'waiting');
    expect(events).to.have.length(0);
    expect(control(element, 'Lanjutkan di Allo Bank')).to.exist;
    expect(Object.keys(localStorage).filter((name) => name.startsWith('allo-kit:attempt')), 'its key is kept').to.have.length(1);
  });

  it('is told again by <allo-pay> only if it was not told', async () => {
    const { backend, endpoint } = serve({ payAs: 'paid' });
    const element = await mountPay(endpoint);
    const events = record(element, 'allo-paid');
    await shows(element, 'ready');
    element.pay();
    await shows(element, 'paid');
    refuse(backend, 'UNAUTHENTICATED');
    comeBack();
    await showsNothingOf(element);
    heal(backend);
    comeBack();
    await shows(element, 'paid');
    await element.updateComplete;
    expect(events).to.have.length(1);
  });

  it('is forgotten by <allo-link-button> and <allo-balance> as soon as <allo-pay> hears of it', async () => {
    const { backend, endpoint } = serve();
    backend.settle('INV-7', 'processing');
    const [link, balance, pay] = await Promise.all([mount('allo-link-button', { endpoint }), mount<AlloBalance>('allo-balance', { endpoint }), mountPay(endpoint)]);
    await Promise.all([shows(link, 'linked'), shows(balance, 'shown'), shows(pay, 'processing')]);
    refuse(backend, 'UNAUTHENTICATED');
    press(pay, 'Periksa status');
    await Promise.all([link, balance, pay].map(showsNothingOf));
    expect(textOf(link)).to.not.contain('••');
    expect(balance.balance).to.equal(undefined);
  });

  it('is forgotten by all of them when <allo-link-button> is told so', async () => {
    const { backend, endpoint } = serve();
    const [link, balance] = await Promise.all([mount('allo-link-button', { endpoint }), mount<AlloBalance>('allo-balance', { endpoint })]);
    await Promise.all([shows(link, 'linked'), shows(balance, 'shown')]);
    refuse(backend, 'UNAUTHENTICATED');
    press(link, 'Putuskan');
    await shows(link, 'confirming');
    press(link, 'Ya, putuskan');
    await Promise.all([link, balance].map(showsNothingOf));
    expect(textOf(link)).to.not.contain('••');
    expect(balance.balance).to.equal(undefined);
  });

  it('is not gone on with by <allo-link-button>: a link that was being opened goes to no bank, and a question is withdrawn', async () => {
    const { backend, endpoint } = serve({ account: { status: 'unlinked' } });
    const element = await mount('allo-link-button', { endpoint });
    const events = record(element, 'allo-authorize-request');
    await shows(element, 'unlinked');
    const answer = backend.hold('link');
    press(element, 'Hubungkan');
    await until(() => backend.count('link') === 1);
    refuse(backend, 'UNAUTHENTICATED');
    comeBack();
    await showsNothingOf(element);
    answer();
    await until(() => backend.account.status === 'linking');
    await answered(endpoint, element);
    expect(events).to.have.length(0);
    heal(backend);
    backend.link();
    comeBack();
    await shows(element, 'linked');
    press(element, 'Putuskan');
    await shows(element, 'confirming');
    refuse(backend, 'UNAUTHENTICATED');
    comeBack();
    await showsNothingOf(element);
    heal(backend);
    comeBack();
    await shows(element, 'linked');
  });

  it('is not told as unlinked, or linked, when another customer signs in', async () => {
    const { backend, endpoint } = serve();
    const element = await mount('allo-link-button', { endpoint });
    const events = record(element, 'allo-linked', 'allo-unlinked');
    for (const [status, before] of [['unlinked', 'linked'], ['linked', 'unlinked']] as const) {
      await shows(element, before);
      refuse(backend, 'UNAUTHENTICATED');
      comeBack();
      await showsNothingOf(element);
      heal(backend);
      backend.account = { status };
      comeBack();
      await shows(element, status);
      await element.updateComplete;
    }
    expect(events.map(({ type }) => type)).to.deep.equal([]);
  });

  for (const code of gone) {
    it(`is not shown by <allo-balance> when the balance is answered with ${code} and the account with nothing`, async () => {
      const { backend, endpoint } = serve();
      const element = await mount<AlloBalance>('allo-balance', { endpoint });
      await shows(element, 'shown');
      refuse(backend, code, ['balance']);
      backend.fail('account', 'network');
      element.refresh();
      await showsNothingOf(element);
      expect(element.balance).to.equal(undefined);
    });

    it(`is not shown by <allo-link-button> when the account is answered with ${code}`, async () => {
      const { backend, endpoint } = serve();
      const element = await mount('allo-link-button', { endpoint });
      await shows(element, 'linked');
      refuse(backend, code);
      comeBack();
      await showsNothingOf(element);
      expect(textOf(element)).to.not.contain('••');
    });
  }

  for (const code of away) {
    it(`stays on <allo-balance> and <allo-link-button> when it could not be asked for: ${code}`, async () => {
      const { backend, endpoint } = serve();
      const [link, balance] = await Promise.all([mount('allo-link-button', { endpoint }), mount('allo-balance', { endpoint })]);
      await Promise.all([shows(link, 'linked'), shows(balance, 'shown')]);
      for (const route of all) backend.fail(route, code);
      const asked = backend.count('account');
      comeBack();
      await until(() => backend.count('account') > asked);
      await shows(balance, 'stale');
      await answered(endpoint, link);
      expect(link.state).to.equal('linked');
      expect([link, balance].map(textOf).join()).to.contain('0812••••789').and.contain('Rp 1.250.000');
    });
  }
});

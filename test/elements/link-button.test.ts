import { expect } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { clearStage, closeStage, control, inside, mount, openStage, press, record, serve, shows, textOf, until } from './stage.ts';

const { fetch } = window;
const { now } = Date;

describe('<allo-link-button>', () => {
  before(openStage);
  after(closeStage);
  afterEach(clearStage);
  afterEach(() => {
    window.fetch = fetch;
    Date.now = now;
  });

  const unlinked = { account: { status: 'unlinked' } } as const;

  it('shows a skeleton, marked busy, until the backend has answered', async () => {
    const { backend, endpoint } = serve();
    const answer = backend.hold('account');
    const element = await mount('allo-link-button', { endpoint });
    expect(element.state).to.equal('loading');
    expect(inside(element).querySelector('[aria-busy=true]')).to.exist;
    answer();
    await shows(element, 'linked');
    expect(inside(element).querySelector('[aria-busy=true]')).to.not.exist;
  });

  it('opens the link at the backend and sends the shopper to the bank, coming back to this page', async () => {
    const { backend, endpoint } = serve(unlinked);
    const element = await mount('allo-link-button', { endpoint });
    const requests = record(element, 'allo-authorize-request');
    await shows(element, 'unlinked');
    press(element, 'Hubungkan Allo Bank');
    await shows(element, 'linking');
    const [request] = requests;
    expect(requests).to.have.length(1);
    expect(request?.url).to.equal('https://bank.example/authorize');
    expect(request?.purpose).to.equal('link');
    const asked = backend.requests.find(({ route }) => route === 'link');
    expect(asked?.body).to.deep.equal({ returnTo: location.pathname + location.search });
    expect(asked?.headers.get('Allo-Contract')).to.equal('1');
    expect(asked?.headers.get('Content-Type')).to.equal('application/json');
    expect(control(element, 'Lanjutkan di Allo Bank').getAttribute('href')).to.equal('https://bank.example/authorize');
  });

  it('goes on when the window does not leave for the bank after all', async () => {
    // The shopper may stop the loading, or stay when the page asks. Here the address is one for which no window leaves.
    const bankUrl = `${location.href}#bank`;
    const { endpoint } = serve({ ...unlinked, bankUrl });
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'unlinked');
    // The stage would keep the window by what a page may do.
    element.addEventListener('allo-authorize-request', (event) => event.stopPropagation());
    press(element, 'Hubungkan');
    await until(() => location.href === bankUrl);
    await shows(element, 'linking');
    expect(control(element, 'Lanjutkan di Allo Bank').getAttribute('href')).to.equal(bankUrl);
    history.back();
    await until(() => location.href !== bankUrl);
  });

  it('sends one request however often it is pressed', async () => {
    const { backend, endpoint } = serve(unlinked);
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'unlinked');
    const button = control(element, 'Hubungkan');
    for (let i = 0; i < 10; i++) button.click();
    await shows(element, 'linking');
    expect(backend.count('link')).to.equal(1);
  });

  it('asks again while the shopper is at the bank, and tells once that the account is linked', async () => {
    const { backend, endpoint } = serve(unlinked);
    const element = await mount('allo-link-button', { endpoint });
    const events = record(element, 'allo-linked');
    await shows(element, 'unlinked');
    press(element, 'Hubungkan');
    await shows(element, 'linking');
    backend.link();
    await shows(element, 'linked');
    await element.updateComplete;
    expect(events).to.have.length(1);
    expect(textOf(element)).to.contain('0812••••789');
  });

  it('tells that the account is linked when the shopper comes back to a new page', async () => {
    const { backend, endpoint } = serve(unlinked);
    const before = await mount('allo-link-button', { endpoint });
    await shows(before, 'unlinked');
    press(before, 'Hubungkan');
    await shows(before, 'linking');
    before.remove();
    backend.link();
    const events = record(document.documentElement, 'allo-linked');
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'linked');
    await until(() => events.length > 0);
    element.remove();
    const again = await mount('allo-link-button', { endpoint });
    await shows(again, 'linked');
    await again.updateComplete;
    expect(events).to.have.length(1);
  });

  it('tells no link as what became of a visit to the bank that came to nothing', async () => {
    const { backend, endpoint } = serve(unlinked);
    const before = await mount('allo-link-button', { endpoint });
    await shows(before, 'unlinked');
    press(before, 'Hubungkan');
    await shows(before, 'linking');
    backend.account = { status: 'unlinked', lastFailure: 'not-completed' };
    await shows(before, 'unlinked');
    before.remove();
    await new Promise((resolve) => setTimeout(resolve));
    // It may be another customer's, at the same browser.
    backend.link();
    const events = record(document.documentElement, 'allo-linked');
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'linked');
    await element.updateComplete;
    expect(events).to.have.length(0);
  });

  it('tells no link as what became of a visit to the bank that is older than the visit', async () => {
    const { backend, endpoint } = serve(unlinked);
    const before = await mount('allo-link-button', { endpoint });
    await shows(before, 'unlinked');
    press(before, 'Hubungkan');
    await shows(before, 'linking');
    before.remove();
    await new Promise((resolve) => setTimeout(resolve));
    // Another customer has signed in at the same browser, who linked long ago.
    backend.account = { status: 'linked', phone: '0857••••111', linkedAt: '2024-01-01T00:00:00Z' };
    const events = record(document.documentElement, 'allo-linked');
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'linked');
    await element.updateComplete;
    expect(events).to.have.length(0);
  });

  /** A page whose shopper has gone to the bank, by a clock that is wrong by `ms`, and which has been left; the backend's clock is right. */
  async function leaveForBank(ms: number) {
    const { backend, endpoint } = serve(unlinked);
    Date.now = () => now() + ms;
    window.fetch = async (...given) => {
      const answer = await fetch(...given);
      return answer.url.endsWith('/link') ? Response.json({ ...(await answer.json()), expiresAt: new Date(now() + 300_000).toISOString() }) : answer;
    };
    const before = await mount('allo-link-button', { endpoint });
    await shows(before, 'unlinked');
    press(before, 'Hubungkan');
    await shows(before, 'linking');
    before.remove();
    await new Promise((resolve) => setTimeout(resolve));
    return { backend, endpoint };
  }

  const clocks = [
    ['fast, and who has linked', 600_000, 0, 1],
    ['slow, and who has linked', -3_600_000, 0, 1],
    ['slow, of a link that is older than the visit', -3_600_000, -360_000, 0],
    ['fast, of a link that is older than the visit', 3_600_000, -360_000, 0],
  ] as const;
  for (const [name, wrongMs, linkedMs, told] of clocks) {
    it(`tells ${told ? 'once' : 'nothing'} where the shopper comes back whose clock is ${name}`, async () => {
      const { backend, endpoint } = await leaveForBank(wrongMs);
      backend.account = { status: 'linked', phone: '0812••••789', linkedAt: new Date(now() + linkedMs).toISOString() };
      const events = record(document.documentElement, 'allo-linked');
      const element = await mount('allo-link-button', { endpoint });
      await shows(element, 'linked');
      await element.updateComplete;
      expect(events).to.have.length(told);
    });
  }

  it('asks for the phone number if the merchant does not know it, and refuses what is not one', async () => {
    const { backend, endpoint } = serve({ account: { status: 'unlinked', phoneRequired: true } });
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'unlinked');
    control(element, 'Hubungkan').focus();
    await sendKeys({ press: 'Enter' });
    await shows(element, 'phone');
    await until(() => inside(element).activeElement instanceof HTMLInputElement);
    await sendKeys({ type: '12345' });
    await sendKeys({ press: 'Enter' });
    await until(() => inside(element).querySelector('input')?.getAttribute('aria-invalid') === 'true');
    expect(textOf(element)).to.contain('Masukkan nomor HP yang benar');
    expect(backend.count('link')).to.equal(0);
    inside(element).querySelector('input')?.select();
    await sendKeys({ type: '0812 3456-7890' });
    await sendKeys({ press: 'Enter' });
    await shows(element, 'linking');
    expect(backend.requests.find(({ route }) => route === 'link')?.body).to.include({ phone: '081234567890' });
  });

  it('takes the shopper back to a phone number that was refused', async () => {
    const { endpoint } = serve({ account: { status: 'unlinked', phoneRequired: true } });
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'unlinked');
    press(element, 'Hubungkan');
    await shows(element, 'phone');
    control(element, 'Lanjut').focus();
    press(element, 'Lanjut');
    expect(inside(element).activeElement).to.be.instanceOf(HTMLInputElement);
  });

  it('leaves the phone step by Escape and gives the focus back to the button', async () => {
    const { endpoint } = serve({ account: { status: 'unlinked', phoneRequired: true } });
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'unlinked');
    control(element, 'Hubungkan').focus();
    await sendKeys({ press: 'Enter' });
    await until(() => inside(element).activeElement instanceof HTMLInputElement);
    await sendKeys({ press: 'Escape' });
    await shows(element, 'unlinked');
    await until(() => inside(element).activeElement instanceof HTMLButtonElement);
  });

  /** A button whose shopper is about to type a number. */
  async function mountHalfTyped(number: string) {
    const { backend, endpoint } = serve({ account: { status: 'unlinked', phoneRequired: true } });
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'unlinked');
    press(element, 'Hubungkan');
    await shows(element, 'phone');
    const input = inside(element).querySelector('input');
    if (input) input.value = number;
    return { backend, element };
  }

  it('keeps a half-typed phone number when the shopper comes back to the tab', async () => {
    const { backend, element } = await mountHalfTyped('0812');
    window.dispatchEvent(new Event('online'));
    await until(() => backend.count('account') > 1);
    await element.updateComplete;
    expect(inside(element).querySelector('input')?.value).to.equal('0812');
  });

  it('asks for no number, nor keeps one half typed, once the account is linked elsewhere, or is another customer\'s', async () => {
    const { backend, element } = await mountHalfTyped('0812345');
    backend.link();
    element.refresh();
    await shows(element, 'linked');
    backend.account = { status: 'unlinked', phoneRequired: true };
    element.refresh();
    await shows(element, 'unlinked');
  });

  it('unlinks only after a second press, and says so once', async () => {
    const { backend, endpoint } = serve();
    const element = await mount('allo-link-button', { endpoint });
    const events = record(element, 'allo-unlinked');
    await shows(element, 'linked');
    press(element, 'Putuskan');
    await shows(element, 'confirming');
    expect(backend.count('unlink')).to.equal(0);
    press(element, 'Ya, putuskan');
    await shows(element, 'unlinked');
    await element.updateComplete;
    expect(backend.count('unlink')).to.equal(1);
    expect(events).to.have.length(1);
  });

  /** A button whose request to unlink was lost. */
  async function mountUnlinkLost() {
    const { backend, endpoint } = serve();
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'linked');
    press(element, 'Putuskan');
    await shows(element, 'confirming');
    backend.fail('unlink', 'network', { times: 1 });
    press(element, 'Ya, putuskan');
    await shows(element, 'error');
    return { backend, element };
  }

  it('asks anew, once the page has woken, before it tries again to unlink: the account may be another customer\'s', async () => {
    const { backend, element } = await mountUnlinkLost();
    backend.account = { status: 'linked', phone: '0857••••111', linkedAt: '2024-01-01T00:00:00Z' };
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    await shows(element, 'linked');
    await until(() => textOf(element).includes('0857••••111'));
    expect(control(element, 'Putuskan')).to.exist;
    expect(backend.count('unlink')).to.equal(1);
  });

  it('repeats a request to unlink that was lost, when asked to', async () => {
    const { backend, element } = await mountUnlinkLost();
    press(element, 'Coba lagi');
    await shows(element, 'unlinked');
    expect(backend.count('unlink')).to.equal(2);
  });

  it('shows and tells once that the account is unlinked where the answer to that was lost, and it is asked for again', async () => {
    const { backend, element } = await mountUnlinkLost();
    const events = record(element, 'allo-unlinked');
    // It had arrived all the same.
    backend.account = { status: 'unlinked' };
    press(element, 'Coba lagi');
    await shows(element, 'unlinked');
    await element.updateComplete;
    expect(backend.count('unlink')).to.equal(2);
    expect(events).to.have.length(1);
  });

  it('leaves the confirm step by Escape without unlinking', async () => {
    const { backend, endpoint } = serve();
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'linked');
    control(element, 'Putuskan').focus();
    await sendKeys({ press: 'Enter' });
    await shows(element, 'confirming');
    await until(() => inside(element).activeElement instanceof HTMLButtonElement);
    await sendKeys({ press: 'Escape' });
    await shows(element, 'linked');
    expect(backend.count('unlink')).to.equal(0);
  });

  it('says that unlinking waits for an open payment', async () => {
    const { endpoint } = serve({ account: { status: 'linked', phone: '0812••••789', linkedAt: '2026-01-01T00:00:00Z', unlinkRequested: true } });
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'linked');
    expect(textOf(element)).to.contain('Diputuskan setelah pembayaran selesai').and.not.contain('Terhubung');
  });

  it('offers to link again when the bank no longer honours the link', async () => {
    const { backend, endpoint } = serve({ account: { status: 'relink-required' } });
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'relink-required');
    press(element, 'Hubungkan lagi');
    await shows(element, 'linking');
    expect(backend.count('link')).to.equal(1);
  });

  const failures = [
    ['not-completed', 'belum selesai'],
    ['expired', 'sudah habis'],
    ['conflict', 'pelanggan lain'],
    ['refused', 'tidak dapat menghubungkan'],
    ['unavailable', 'tidak dapat dihubungi'],
  ] as const;
  for (const [lastFailure, words] of failures) {
    it(`tells calmly how the last attempt ended: ${lastFailure}`, async () => {
      const { endpoint } = serve({ account: { status: 'unlinked', lastFailure } });
      const element = await mount('allo-link-button', { endpoint });
      await shows(element, 'unlinked');
      expect(textOf(element)).to.contain(words);
      expect(control(element, 'Hubungkan Allo Bank')).to.exist;
    });
  }

  it('shows a failure once as an event and as a sentence, and tries again when asked to', async () => {
    const { backend, endpoint } = serve(unlinked);
    backend.fail('link', 'BANK_UNAVAILABLE', { times: 1 });
    const element = await mount('allo-link-button', { endpoint });
    const errors = record(element, 'allo-error');
    await shows(element, 'unlinked');
    press(element, 'Hubungkan');
    await shows(element, 'error');
    await element.updateComplete;
    expect(errors).to.have.length(1);
    const error = errors[0]?.error;
    expect([error?.code, error?.retryable, error?.requestId]).to.deep.equal(['BANK_UNAVAILABLE', true, 'req-preview']);
    expect(inside(element).querySelector('[role=alert]')?.textContent).to.contain('Allo Bank sedang tidak dapat dihubungi');
    press(element, 'Coba lagi');
    await shows(element, 'linking');
    expect(backend.count('link')).to.equal(2);
  });

  it('asks to sign in, and offers to read the page again instead of trying the same for ever', async () => {
    const { backend, endpoint } = serve();
    backend.fail('account', 'UNAUTHENTICATED', { retryable: false });
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'error');
    expect(textOf(element)).to.contain('Silakan masuk').and.not.contain('Coba lagi');
    expect(control(element, 'Muat ulang')).to.exist;
    backend.heal('account');
    window.dispatchEvent(new Event('online'));
    await shows(element, 'linked');
  });

  it('asks the backend for the truth when the page comes out of the back-forward cache', async () => {
    const { backend, endpoint } = serve(unlinked);
    const element = await mount('allo-link-button', { endpoint });
    await shows(element, 'unlinked');
    backend.link();
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    await shows(element, 'linked');
  });

  it('never sends the shopper to an address that is not of the web', async () => {
    const { endpoint } = serve({ ...unlinked, bankUrl: 'javascript:alert(1)' });
    const element = await mount('allo-link-button', { endpoint });
    const requests = record(element, 'allo-authorize-request');
    await shows(element, 'unlinked');
    press(element, 'Hubungkan');
    await shows(element, 'error');
    expect(element.error?.code).to.equal('INVALID_RESPONSE');
    expect(requests).to.have.length(0);
    expect(inside(element).querySelector('a')).to.not.exist;
  });
});

import { expect } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { clearStage, closeStage, control, mount, openStage, serve, shows, until } from './stage.ts';

describe('a popup that has been at the bank', () => {
  const realOpen = window.open;
  let popup: Window | null = null;

  before(openStage);
  after(closeStage);
  before(() => {
    window.open = (...args) => (popup = realOpen.apply(window, args));
  });
  after(() => {
    window.open = realOpen;
    popup?.close();
  });
  afterEach(clearStage);

  it('closes itself when it comes back to the shop, though the bank is another site', async () => {
    const pages = new URL('/test/elements/pages/', location.href);
    const { backend, endpoint } = serve({ account: { status: 'unlinked' } });
    const back = new URL(`back.html?endpoint=${endpoint}`, pages);
    // By another name this machine is another site.
    const bank = new URL(`bank.html#${encodeURIComponent(back.href)}`, pages);
    bank.hostname = 'localhost';
    backend.bankUrl = bank.href;
    const element = await mount('allo-link-button', { endpoint, presentation: 'popup' });
    // The window that goes to the bank is the popup: nobody has to keep this one here.
    element.addEventListener('allo-authorize-request', (event) => event.stopPropagation());
    await shows(element, 'unlinked');
    control(element, 'Hubungkan').focus();
    await sendKeys({ press: 'Enter' });
    await shows(element, 'linking');
    expect(popup, 'a window was opened').to.not.equal(null);
    await until(() => popup?.closed === true, () => 'the popup is still open');
  });
});

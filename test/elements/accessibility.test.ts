import { expect } from '@open-wc/testing';
import { setViewport } from '@web/test-runner-commands';
import type { Backend } from '../../packages/elements/src/msw.ts';
import type { Shown } from './stage.ts';
import { clearStage, closeStage, holdStill, inside, mount, openStage, serve, shows } from './stage.ts';

interface Scene {
  tag: string;
  state: string;
  attributes?: Record<string, string>;
  prepare?: (backend: Backend) => unknown;
  /** How often the first button is pressed to get there. */
  presses?: number;
}

const order = { 'order-id': 'INV-7' };
const payment = { 'payment-id': 'pay-1', amount: '125000.00' };
const unlink = (backend: Backend): unknown => (backend.account = { status: 'unlinked' });
const relink = (backend: Backend): unknown => (backend.account = { status: 'relink-required' });

const scenes: Scene[] = [
  { tag: 'allo-link-button', state: 'loading', prepare: (backend) => backend.hold('account') },
  { tag: 'allo-link-button', state: 'unlinked', prepare: unlink },
  { tag: 'allo-link-button', state: 'phone', presses: 1, prepare: (backend) => (backend.account = { status: 'unlinked', phoneRequired: true }) },
  { tag: 'allo-link-button', state: 'opening', presses: 1, prepare: (backend) => (unlink(backend), backend.hold('link')) },
  { tag: 'allo-link-button', state: 'linking', presses: 1, prepare: unlink },
  { tag: 'allo-link-button', state: 'linked' },
  { tag: 'allo-link-button', state: 'confirming', presses: 1 },
  { tag: 'allo-link-button', state: 'unlinking', presses: 2, prepare: (backend) => backend.hold('unlink') },
  { tag: 'allo-link-button', state: 'relink-required', prepare: relink },
  { tag: 'allo-link-button', state: 'error', prepare: (backend) => backend.fail('account', 'BANK_UNAVAILABLE') },
  { tag: 'allo-balance', state: 'loading', prepare: (backend) => backend.hold('balance') },
  { tag: 'allo-balance', state: 'unlinked', prepare: unlink },
  { tag: 'allo-balance', state: 'shown' },
  { tag: 'allo-balance', state: 'hidden', attributes: { masked: '' } },
  { tag: 'allo-balance', state: 'relink-required', prepare: relink },
  { tag: 'allo-balance', state: 'error', prepare: (backend) => backend.fail('balance', 'BANK_UNAVAILABLE') },
  { tag: 'allo-pay', state: 'ready', attributes: order },
  { tag: 'allo-pay', state: 'disabled', attributes: { ...order, disabled: '' } },
  { tag: 'allo-pay', state: 'unlinked', attributes: order, prepare: unlink },
  { tag: 'allo-pay', state: 'creating', attributes: order, presses: 1, prepare: (backend) => backend.hold('pay') },
  { tag: 'allo-pay', state: 'waiting', attributes: order, presses: 1 },
  { tag: 'allo-pay', state: 'error', attributes: order, prepare: (backend) => backend.fail('order', 'ORDER_NOT_FOUND') },
  ...(['processing', 'paid', 'failed', 'cancelled', 'expired', 'refunding', 'refunded', 'review'] as const).map((state) => ({
    tag: 'allo-pay',
    state,
    attributes: order,
    prepare: (backend: Backend) => backend.settle('INV-7', state),
  })),
  { tag: 'allo-refund', state: 'ready', attributes: payment },
  { tag: 'allo-refund', state: 'confirming', attributes: payment, presses: 1 },
  { tag: 'allo-refund', state: 'refunded', attributes: { ...payment, status: 'refunded' } },
  { tag: 'allo-refund', state: 'unavailable', attributes: { ...payment, status: 'failed' } },
];

describe('accessibility', () => {
  before(openStage);
  after(closeStage);
  afterEach(clearStage);
  afterEach(() => {
    document.documentElement.style.colorScheme = '';
    document.body.style.background = '';
  });

  async function play({ tag, state, attributes = {}, prepare, presses = 0 }: Scene): Promise<Shown> {
    const { backend, endpoint } = serve();
    prepare?.(backend);
    const element = await mount(tag, { endpoint, ...attributes });
    for (let i = 0; i < presses; i++) {
      const before = element.state;
      if (before === 'loading') await untilStateIsNot(element, 'loading');
      const shown = element.state;
      inside(element).querySelector('button')?.click();
      await untilStateIsNot(element, shown);
    }
    await shows(element, state);
    await element.updateComplete;
    return element;
  }

  function untilStateIsNot(element: Shown, state: string): Promise<void> {
    if (element.state !== state) return Promise.resolve();
    return new Promise((resolve) => element.addEventListener('allo-state-change', () => resolve(), { once: true }));
  }

  for (const scene of scenes) {
    it(`finds nothing to fault in <${scene.tag}> ${scene.state}, light and dark`, async () => {
      await holdStill();
      await setViewport({ width: 360, height: 740 });
      const element = await play(scene);
      for (const [scheme, background] of [['light', '#fff'], ['dark', '#0e1014']] as const) {
        document.documentElement.style.colorScheme = scheme;
        document.body.style.background = background;
        document.body.style.color = scheme === 'dark' ? '#eceff5' : '#151a23';
        await expect(element).to.be.accessible();
      }
      document.body.style.color = '';
    });
  }

  it('gives every control a target of 44 pixels at least', async () => {
    for (const scene of scenes) {
      const element = await play(scene);
      for (const one of inside(element).querySelectorAll('button, a, input')) {
        const { width, height } = one.getBoundingClientRect();
        expect(Math.min(width, height), `${scene.tag} ${scene.state}`).to.be.at.least(44);
      }
    }
  });

  it('keeps its height from the skeleton to the button', async () => {
    await setViewport({ width: 360, height: 740 });
    for (const { tag, attributes, prepare } of [
      { tag: 'allo-link-button', attributes: {}, prepare: unlink },
      { tag: 'allo-pay', attributes: order, prepare: () => undefined },
      { tag: 'allo-balance', attributes: {}, prepare: () => undefined },
    ]) {
      const { backend, endpoint } = serve();
      prepare(backend);
      const release = backend.hold('account');
      const element = await mount(tag, { endpoint, ...attributes });
      const before = element.getBoundingClientRect().height;
      release();
      await untilStateIsNot(element, 'loading');
      await element.updateComplete;
      expect(element.getBoundingClientRect().height, tag).to.equal(before);
    }
  });

  it('fits a phone of 320 pixels without scrolling sideways', async () => {
    await setViewport({ width: 320, height: 640 });
    for (const scene of scenes) {
      const element = await play(scene);
      expect(element.scrollWidth, `${scene.tag} ${scene.state}`).to.be.at.most(element.clientWidth);
    }
  });
});

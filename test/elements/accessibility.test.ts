import { expect } from '@open-wc/testing';
import { setViewport } from '@web/test-runner-commands';
import { clearScene, leavesState, play } from './play.ts';
import { scenes } from './scenes.ts';
import { clearStage, closeStage, findAll, holdStill, mount, openStage, serve } from './stage.ts';

describe('accessibility', () => {
  before(openStage);
  after(closeStage);
  afterEach(clearStage);
  afterEach(clearScene);
  afterEach(() => {
    document.documentElement.style.colorScheme = '';
    document.body.style.background = '';
  });

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
      clearScene();
      for (const one of findAll(element, 'button, a, input')) {
        const { width, height } = one.getBoundingClientRect();
        expect(Math.min(width, height), `${scene.tag} ${scene.state}`).to.be.at.least(44);
      }
    }
  });

  it('keeps its height from the skeleton to the button', async () => {
    await setViewport({ width: 360, height: 740 });
    for (const { tag, attributes, holds } of [
      { tag: 'allo-link-button', attributes: {}, holds: { account: { status: 'unlinked' } } },
      { tag: 'allo-pay', attributes: { 'order-id': 'INV-7' }, holds: {} },
      { tag: 'allo-balance', attributes: {}, holds: {} },
    ] as const) {
      const { backend, endpoint } = serve(holds);
      const release = backend.hold('account');
      const element = await mount(tag, { endpoint, ...attributes });
      const before = element.getBoundingClientRect().height;
      release();
      await leavesState(element, 'loading');
      await element.updateComplete;
      expect(element.getBoundingClientRect().height, tag).to.equal(before);
    }
  });

  it('fits a phone of 320 pixels without scrolling sideways', async () => {
    await setViewport({ width: 320, height: 640 });
    for (const scene of scenes) {
      const element = await play(scene);
      clearScene();
      expect(element.scrollWidth, `${scene.tag} ${scene.state}`).to.be.at.most(element.clientWidth);
    }
  });
});

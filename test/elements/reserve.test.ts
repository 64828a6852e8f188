import { expect, fixtureCleanup } from '@open-wc/testing';
import { setViewport } from '@web/test-runner-commands';
import type { Backend } from '../../packages/elements/src/msw.ts';
import { clearStage, closeStage, mount, openStage, serve, shows } from './stage.ts';

const sheet = new CSSStyleSheet();
const published = fetch(new URL('../../packages/elements/reserve.css', import.meta.url)).then((answer) => answer.text());

interface Tag {
  tag: string;
  attributes?: Record<string, string>;
  /** What it shows first, and what it shows soonest to most shoppers. */
  first: string;
  then: string;
  /** On a first visit; with another element that links, or without. */
  unlinked?: 'alone' | 'beside a link button';
}

const order = { 'order-id': 'INV-7' };
const tags: Tag[] = [
  { tag: 'allo-link-button', first: 'loading', then: 'linked' },
  { tag: 'allo-balance', first: 'loading', then: 'shown' },
  { tag: 'allo-balance', attributes: { masked: '' }, first: 'loading', then: 'hidden' },
  { tag: 'allo-pay', attributes: order, first: 'loading', then: 'ready' },
  { tag: 'allo-link-button', first: 'loading', then: 'unlinked', unlinked: 'alone' },
  { tag: 'allo-balance', first: 'loading', then: 'unlinked', unlinked: 'alone' },
  { tag: 'allo-pay', attributes: order, first: 'loading', then: 'unlinked', unlinked: 'alone' },
  { tag: 'allo-pay', attributes: order, first: 'loading', then: 'unlinked', unlinked: 'beside a link button' },
  { tag: 'allo-checkout', attributes: order, first: 'loading', then: 'ready' },
  { tag: 'allo-checkout', attributes: order, first: 'loading', then: 'unlinked', unlinked: 'alone' },
  { tag: 'allo-checkout', attributes: { ...order, lines: '3' }, first: 'loading', then: 'ready' },
  { tag: 'allo-refund', attributes: { 'payment-id': 'pay-1', amount: '125000.00' }, first: 'ready', then: 'ready' },
];

/** Before the tags are defined, as every page begins. */
describe('reserve.css', () => {
  const kept = new Map<string, number>();
  const lines = ['A', 'B', 'C'].map((name) => ({ name, price: { value: '1000.00', currency: 'IDR' } as const, quantity: 1 }));
  const nameOf = ({ tag, attributes = {}, unlinked }: Tag, width: number): string => [tag, ...Object.keys(attributes), ...(unlinked ? ['not linked', unlinked] : []), 'at', width].join(' ');

  before(async () => {
    sheet.replaceSync(await published);
    document.adoptedStyleSheets = [sheet];
    for (const width of [360, 1280]) {
      await setViewport({ width, height: 800 });
      for (const one of tags) {
        expect(customElements.get(one.tag), 'not yet').to.equal(undefined);
        kept.set(nameOf(one, width), (await mount(one.tag, one.attributes ?? {})).offsetHeight);
      }
    }
    fixtureCleanup();
    await openStage();
  });
  after(closeStage);
  after(() => (document.adoptedStyleSheets = []));
  afterEach(clearStage);

  for (const width of [360, 1280]) {
    for (const one of tags) {
      it(`keeps for ${nameOf(one, width)} px exactly the room of its first paint, and of what comes next`, async () => {
        await setViewport({ width, height: 800 });
        const { backend, endpoint } = serve(one.unlinked && { account: { status: 'unlinked' } });
        if (one.unlinked === 'beside a link button') await mount('allo-link-button', { endpoint });
        if (one.attributes?.['lines']) (backend.orders['INV-7'] as { lines: unknown }).lines = lines;
        const answer = holdAll(backend);
        const element = await mount(one.tag, { endpoint, ...one.attributes });
        await shows(element, one.first);
        expect(element.offsetHeight).to.equal(kept.get(nameOf(one, width)));
        answer();
        await shows(element, one.then);
        await element.updateComplete;
        expect(element.offsetHeight).to.equal(kept.get(nameOf(one, width)));
      });
    }
  }

  it('names every element that draws something', async () => {
    const index = (await import('../../packages/elements/src/index.ts')) as Record<string, unknown>;
    const names = Object.keys(index).filter((name) => /^Allo(?!Provider|Error|.*Event$)/.test(name));
    const wanted = names.map((name) => `${name.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase()}:not(:defined[state])`);
    const css = await published;
    expect(wanted.length).to.be.greaterThan(4);
    expect(wanted.filter((selector) => !css.includes(selector))).to.deep.equal([]);
  });

  function holdAll(backend: Backend): () => void {
    const answers = (['account', 'balance', 'order'] as const).map((route) => backend.hold(route));
    return () => answers.forEach((answer) => answer());
  }
});

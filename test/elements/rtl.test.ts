import { expect, fixture } from '@open-wc/testing';
import { html } from 'lit';
import type { Shown } from './stage.ts';
import { clearStage, closeStage, control, inside, mount, openStage, serve, shows } from './stage.ts';

const tags = ['allo-link-button', 'allo-balance', 'allo-pay', 'allo-refund', 'allo-checkout'];

/** Sides that do not turn with the page; and a shorthand of four whose right and left differ. */
const physical = [
  /(?<![\w-])(?:left|right|(?:margin|padding|border|inset)-(?:left|right)[\w-]*)\s*:/g,
  /(?:text-align|float|clear)\s*:\s*(?:left|right)/g,
  /(?:margin|padding|inset)\s*:\s*\S+\s+(\S+)\s+\S+\s+(?!\1)[^\s;]+\s*;/g,
];

/** What is seen from left to right in a text of one line, wherever the letters stand in the source. */
function asSeen(element: Element): string {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const letters: { letter: string; left: number }[] = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement?.matches('[part=hidden]')) continue;
    for (const [index, letter] of (node.textContent ?? '').split('').entries()) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + 1);
      const { left, width } = range.getBoundingClientRect();
      if (width > 0) letters.push({ letter, left });
    }
  }
  return letters.toSorted((one, other) => one.left - other.left).map(({ letter }) => letter).join('').replace(/\s/g, ' ').trim();
}

function part(element: Element, selector: string): HTMLElement {
  const found = inside(element).querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`<${element.localName}> has no ${selector}`);
  return found;
}

describe('a page from right to left', () => {
  before(openStage);
  before(() => (document.documentElement.dir = 'rtl'));
  after(() => document.documentElement.removeAttribute('dir'));
  after(closeStage);
  afterEach(clearStage);

  async function shown(tag: string, state: string, attributes: Record<string, string> = {}, settle?: 'paid'): Promise<Shown> {
    const { backend, endpoint } = serve();
    if (settle) backend.settle('INV-7', settle);
    const element = await mount(tag, { endpoint, ...attributes });
    await shows(element, state);
    await element.updateComplete;
    return element;
  }

  for (const tag of tags) {
    it(`finds no left and no right in the style sheets of <${tag}>`, () => {
      const { elementStyles } = customElements.get(tag) as unknown as { elementStyles: readonly { cssText: string }[] };
      const css = elementStyles.map(({ cssText }) => cssText).join('\n');
      expect(css).to.contain('padding');
      expect(physical.flatMap((pattern) => css.match(pattern) ?? [])).to.deep.equal([]);
    });
  }

  it('keeps amounts in order on the button and in the balance', async () => {
    const [pay, balance] = [await shown('allo-pay', 'ready', { 'order-id': 'INV-7' }), await shown('allo-balance', 'shown')];
    expect(asSeen(part(pay, '[part=money] > [aria-hidden]'))).to.equal('Rp 125.000');
    expect(asSeen(part(balance, '[part=money] > [aria-hidden]'))).to.equal('Rp 1.250.000');
  });

  it('keeps a hidden balance in order', async () => {
    expect(asSeen(part(await shown('allo-balance', 'hidden', { masked: '' }), '[part=amount]'))).to.equal('Rp ••••••');
  });

  it('keeps amounts and the phone number in order within sentences from right to left', async () => {
    const { endpoint } = serve();
    const messages = { ar: { pay: 'ادفع {amount} 2', linked: 'مرتبط' } };
    const provider = await fixture(html`<allo-provider endpoint=${endpoint} lang="ar" .messages=${messages}><allo-link-button></allo-link-button><allo-pay order-id="INV-7"></allo-pay></allo-provider>`);
    const [link, pay] = ['allo-link-button', 'allo-pay'].map((tag) => provider.querySelector<Shown>(tag)) as [Shown, Shown];
    await Promise.all([shows(link, 'linked'), shows(pay, 'ready')]);
    await pay.updateComplete;
    expect(asSeen(part(pay, '[part=label]'))).to.match(/^2\s+Rp 125\.000/);
    expect(asSeen(part(link, '[part=phone]'))).to.equal('0812••••789');
    expect(part(link, '[part=phone]').getBoundingClientRect().right, 'behind the word before it').to.be.at.most(part(link, '[part=tag]').getBoundingClientRect().left);
  });

  it('keeps the time and the reference of a receipt in order', async () => {
    const pay = await shown('allo-pay', 'paid', { 'order-id': 'INV-7' }, 'paid');
    expect(asSeen(part(pay, '[part~=time] dd'))).to.match(/^\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d\.\d\d$/);
    expect(asSeen(part(pay, '[part~=reference] dd'))).to.equal('3f0c9b7e52a84d16b0c7d1e98a4f6025');
  });

  it('ends a sentence where it ends, at its right', async () => {
    const pay = await shown('allo-pay', 'disabled', { 'order-id': 'INV-7', disabled: '', 'disabled-reason': 'Setujui syarat dulu.' });
    expect(asSeen(part(pay, '[part~=footnote]'))).to.equal('Setujui syarat dulu.');
  });

  it('turns the frame around: what stood at the end stands at the left', async () => {
    const link = await shown('allo-link-button', 'linked');
    const [unlink, badge] = [control(link, 'Putuskan').getBoundingClientRect(), part(link, '[part=badge]').getBoundingClientRect()];
    expect(unlink.right).to.be.lessThan(badge.left);
  });

  it('lets what is left to right begin where the page begins, at the right', async () => {
    const balance = await shown('allo-balance', 'shown');
    const [amount, caption] = ['[part=money] > [aria-hidden]', '[part~=caption] slot'].map((selector) => {
      const range = document.createRange();
      range.selectNodeContents(part(balance, selector));
      return range.getBoundingClientRect();
    });
    expect(amount?.right).to.be.closeTo(caption?.right ?? 0, 2);
  });

  it('shows an order with several of one thing as it was written', async () => {
    const price = { value: '54000.00', currency: 'IDR' } as const;
    const order = { orderId: 'INV-7', amount: { value: '162000.00', currency: 'IDR' } as const, lines: [{ name: 'Teh melati', price, quantity: 3 }] };
    const { endpoint } = serve({ orders: { 'INV-7': order } });
    const checkout = await mount('allo-checkout', { endpoint, 'order-id': 'INV-7' });
    await shows(checkout, 'ready');
    await checkout.updateComplete;
    expect(asSeen(part(checkout, '[part=price]'))).to.equal('3 × Rp 54.000');
  });
});

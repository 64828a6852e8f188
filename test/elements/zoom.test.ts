import { expect } from '@open-wc/testing';
import { setViewport } from '@web/test-runner-commands';
import { clearScene, play } from './play.ts';
import { scenes } from './scenes.ts';
import type { Shown } from './stage.ts';
import { clearStage, closeStage, drawn, findAll, inside, openStage, rootsOf, until } from './stage.ts';

/** What WCAG 1.4.12 lets readers set for themselves. */
const ownSpacing = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`;

interface Piece {
  name: string;
  box: DOMRect;
  node: Node;
}

describe('the elements for a reader who needs them large', () => {
  before(openStage);
  after(closeStage);
  afterEach(clearStage);
  afterEach(clearScene);
  afterEach(() => document.documentElement.removeAttribute('style'));

  // 1280 × 1024 CSS pixels at 400 %, and at 200 %.
  const [narrow, half] = [{ width: 320, height: 256 }, { width: 640, height: 512 }];

  for (const scene of scenes) {
    it(`show <${scene.tag}> ${scene.state} at 400 % without scrolling sideways, cutting off or overlapping, also with wide text`, async () => {
      await setViewport(narrow);
      const element = await play(scene);
      await inBothLanguages(element, (lang) => {
        expectLegible(element, lang);
        const undo = space(element);
        expectLegible(element, `${lang}, wide`);
        undo();
      });
    });

    it(`show <${scene.tag}> ${scene.state} in type that is twice as large`, async () => {
      await setViewport(half);
      const element = await play(scene);
      document.documentElement.style.fontSize = '200%';
      await inBothLanguages(element, (lang) => expectLegible(element, lang));
    });
  }

  it('would be found out if a text were cut off or lay over another', async () => {
    const element = await play({ tag: 'allo-balance', state: 'shown' });
    const caption = inside(element).querySelector('[part~=caption]');
    for (const style of ['position: relative; top: 16px', 'width: 40px; overflow: hidden; white-space: nowrap', 'width: 2000px']) {
      caption?.setAttribute('style', style);
      expect(() => expectLegible(element, style), style).to.throw();
    }
  });

  async function inBothLanguages(element: Shown, look: (lang: string) => void): Promise<void> {
    for (const lang of ['id', 'en']) {
      element.lang = lang;
      await until(() => findAll(element, '[lang]').every((one) => one.lang === lang));
      await drawn(element);
      look(lang);
    }
  }

  function space(element: Element): () => void {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(ownSpacing);
    const undo = rootsOf(element).map((root) => {
      const own = root.adoptedStyleSheets;
      root.adoptedStyleSheets = [...own, sheet];
      return () => (root.adoptedStyleSheets = own);
    });
    return () => undo.forEach((one) => one());
  }

  function expectLegible(element: Shown, when: string): void {
    const page = document.documentElement;
    expect(page.scrollWidth, `${when}: sticks out sideways`).to.be.at.most(page.clientWidth);
    expect(cutOff(element), `${when}: cut off`).to.deep.equal([]);
    expect(overlaps(piecesOf(element)), `${when}: lies over each other`).to.deep.equal([]);
  }
});

/** Boxes that hide a part of what is in them. */
function cutOff(element: Element): string[] {
  return findAll(element, '*')
    .filter((one) => isSeen(one) && getComputedStyle(one).overflowX !== 'visible' && (one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight) && one.localName !== 'input')
    .map((one) => one.outerHTML);
}

/** Every line of text, and every control, with the place it takes. */
function piecesOf(element: Element): Piece[] {
  return rootsOf(element).flatMap(piecesIn);
}

function piecesIn(root: ShadowRoot): Piece[] {
  const pieces: Piece[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent?.trim() ?? '';
    if (!text || !node.parentElement || !isSeen(node.parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) pieces.push({ name: text, box, node });
  }
  for (const node of root.querySelectorAll('button, a, input')) pieces.push({ name: node.outerHTML, box: node.getBoundingClientRect(), node });
  return pieces;
}

/** Text of its own control lies within it; two lines of one text may touch. */
function overlaps(pieces: Piece[]): string[] {
  return pieces.flatMap((one, index) => pieces.slice(index + 1)
    .filter((other) => one.node !== other.node && !one.node.contains(other.node) && !other.node.contains(one.node) && meet(one.box, other.box))
    .map((other) => `${one.name} | ${other.name}`));
}

/** By more than the hair's breadth by which lines of tight text touch. */
function meet(a: DOMRect, b: DOMRect): boolean {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 1 && height > 4;
}

/** Not what only screen readers read. */
function isSeen(one: Element): boolean {
  return one.closest('[part=hidden]') === null && one.getBoundingClientRect().width > 1;
}

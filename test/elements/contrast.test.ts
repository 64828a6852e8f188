import { expect } from '@open-wc/testing';
import { clearScene, play } from './play.ts';
import { scenes } from './scenes.ts';
import { clearStage, closeStage, findAll, holdStill, inside, openStage } from './stage.ts';

type Rgb = readonly [number, number, number];

/** What WCAG 1.4.11 asks of what is no text: the edge of a field, a sign without words, the ring of the focus. */
const leastRatio = 3;

const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

describe('what is no text', () => {
  before(openStage);
  after(closeStage);
  afterEach(clearStage);
  afterEach(clearScene);
  afterEach(() => {
    document.documentElement.removeAttribute('style');
    document.body.removeAttribute('style');
  });

  for (const [scheme, background, color] of [['light', '#fff', '#151a23'], ['dark', '#0e1014', '#eceff5']] as const) {
    it(`stands out from what is around it in every state, ${scheme}`, async () => {
      await holdStill();
      document.documentElement.style.colorScheme = scheme;
      Object.assign(document.body.style, { background, color });
      const faint: string[] = [];
      for (const scene of scenes) {
        const element = await play(scene);
        clearScene();
        faint.push(...faintIn(element).map((name) => `${scene.tag} ${scene.state}: ${name}`));
        element.remove();
      }
      expect(faint).to.deep.equal([]);
    });
  }

  it('would be found out if it did not', async () => {
    document.body.style.background = '#fff';
    const element = await play({ tag: 'allo-balance', state: 'shown' });
    const pale = new CSSStyleSheet();
    pale.replaceSync('button { color: #ccc !important; outline-color: #eee !important; }');
    inside(element).adoptedStyleSheets.push(pale);
    expect(faintIn(element).map((name) => name.split(' ')[0])).to.deep.equal(['sign', 'ring']);
  });
});

function faintIn(element: Element): string[] {
  const parts: [string, string, Element][] = findAll(element, 'button, a, input').flatMap((control) => {
    const { color, borderTopColor } = getComputedStyle(control);
    control.focus();
    const ring = getComputedStyle(control).outlineColor;
    const around = control.parentElement ?? element;
    const wordless = control.localName !== 'input' && !hasWords(control);
    return [
      ...(control.localName === 'input' ? [['edge', borderTopColor, around]] : []) as [string, string, Element][],
      ...(wordless ? [['sign', color, control]] : []) as [string, string, Element][],
      ['ring', ring, around],
    ];
  });
  return parts.flatMap(([name, paint, ground]) => {
    const reached = ratio(seen(paint, ground), seen('transparent', ground));
    return reached >= leastRatio ? [] : [`${name} ${paint} ${reached.toFixed(2)}`];
  });
}

/** Not those that only screen readers read. */
function hasWords(node: Node): boolean {
  if (node instanceof Element && node.getAttribute('part') === 'hidden') return false;
  return node.nodeType === Node.TEXT_NODE ? node.textContent?.trim() !== '' : [...node.childNodes].some(hasWords);
}

/** A colour as it looks on everything that lies below it. */
function seen(paint: string, ground: Element): Rgb {
  if (!canvas) throw new Error('no canvas');
  for (const color of ['#fff', ...groundsBelow(ground), paint]) {
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
  }
  const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

/** From the page up to the element itself. */
function groundsBelow(element: Element | null): string[] {
  if (!element) return [];
  const root = element.getRootNode();
  const above = element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  return [...groundsBelow(above), getComputedStyle(element).backgroundColor];
}

function ratio(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** As WCAG defines it. */
function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((channel) => channel / 255).map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

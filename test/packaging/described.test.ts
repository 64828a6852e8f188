/**
 * Declared once, known everywhere: the manifest tells all that the sources do, and the READMEs, the typings and what
 * editors read tell what the manifest does.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { analyzeElements } from '../../stories/manifest/analyze.ts';
import { describedFiles } from '../../stories/manifest/described.ts';
import { vscodeCss, vscodeHtml, webTypes } from '../../stories/manifest/editors.ts';
import { readEvents } from '../../stories/manifest/events.ts';
import { elementsOf } from '../../stories/manifest/manifest.ts';
import type { Described, ElementDeclaration } from '../../stories/manifest/manifest.ts';

const source = fileURLToPath(new URL('../../packages/elements/src', import.meta.url));
const manifest = await analyzeElements();
const elements = elementsOf(manifest);
const files = await describedFiles();
const events = readEvents();
const styleSheets = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.styles.ts')).map((path) => readFileSync(join(source, path), 'utf8'));

/** The built package is another copy; one program must not see the tag names declared twice. */
const index = '../../packages/elements/src/index.ts';
const classes = (await import(index)) as Record<string, { observedAttributes?: string[]; prototype: object }>;

const names = (all: { name: string }[] = []): string[] => all.map(({ name }) => name).sort();

describe('what is written down', () => {
  for (const { path, text, wanted } of files) {
    test(`${path} says what the manifest says (npm run describe)`, () => assert.equal(text, wanted));
  }

  test('the tables are there to be read', () => {
    const readme = files.find(({ path }) => path === 'packages/elements/README.md')?.wanted ?? '';
    for (const { tagName } of elements) assert.ok(readme.includes(`### \`<${tagName}>\``), tagName);
    for (const name of events.keys()) assert.ok(readme.includes(`| \`${name}\` |`), name);
  });
});

describe('the manifest', () => {
  test('has every tag that is defined, in the order of define.ts', () => {
    const defined = [...readFileSync(join(source, 'define.ts'), 'utf8').matchAll(/'\.\/([\w-]+)\/define\.ts'/g)].map(([, tag]) => tag);
    assert.deepEqual(elements.map(({ tagName }) => tagName), defined);
  });

  test('says that every event of the page is somebody\'s, and knows no other', () => {
    assert.deepEqual([...new Set(elements.flatMap((element) => names(element.events)))].sort(), [...events.keys()].sort());
  });

  for (const element of elements) describe(`of <${element.tagName}>`, () => ofElement(element));
});

function ofElement({ name, attributes = [], members = [], events: said = [], slots = [], cssParts = [], cssProperties = [] }: ElementDeclaration): void {
  test('has every attribute that the element observes', () => {
    assert.deepEqual(names(attributes.filter(({ fieldName }) => fieldName !== undefined)), [...(classes[name]?.observedAttributes ?? [])].sort());
  });

  test('has the attribute theme, which only style sheets look at', () => assert.ok(names(attributes).includes('theme')));

  test('calls read-only what cannot be set', () => {
    const accessors = members.filter(({ name: member }) => {
      const found = Object.getOwnPropertyDescriptor(classes[name]?.prototype, member);
      return found?.get !== undefined && found.set === undefined;
    });
    assert.deepEqual(names(accessors.filter(({ readonly }) => readonly !== true)), []);
  });

  test('describes everything', () => {
    const all: Described[] = [...attributes, ...members, ...said, ...slots, ...cssParts, ...cssProperties];
    assert.deepEqual(names(all.filter(({ description = '' }) => description === '')), []);
  });

  test('says everything once', () => {
    for (const all of [attributes, members, said, slots, cssParts, cssProperties]) assert.equal(new Set(names(all)).size, all.length);
  });

  test('knows the default of each custom property, since a style sheet reads it', () => {
    assert.deepEqual(names(cssProperties.filter((one) => one.default === undefined)), []);
  });

  test('knows the type of each event', () => {
    for (const { name: event, type } of said) assert.equal(type?.text, events.get(event)?.type, event);
  });
}

describe('style sheets', () => {
  test('name only parts that are documented', () => {
    const documented = new Set(elements.flatMap(({ cssParts }) => names(cssParts)));
    const named = styleSheets.flatMap((text) => [...text.matchAll(/\[part~?='([\w-]+)'\]/g)].map(([, part = '']) => part));
    // What is `hidden` is for screen readers.
    assert.deepEqual(named.filter((part) => part !== 'hidden' && !documented.has(part)), []);
  });

  test('read only custom properties that are documented', () => {
    const documented = new Set(elements.flatMap(({ cssProperties }) => names(cssProperties)));
    const read = styleSheets.flatMap((text) => [...text.matchAll(/--allo-[\w-]+/g)].map(([property]) => property));
    assert.deepEqual(read.filter((property) => !documented.has(property)), []);
  });
});

describe('what editors read', () => {
  const html = vscodeHtml(manifest) as { tags: { name: string; attributes: { name: string; values?: Described[]; valueSet?: string }[] }[] };
  const css = vscodeCss(manifest) as { properties: Described[] };
  const types = webTypes(manifest, { name: 'kit', version: '1' }) as { contributions: { html: { elements: { name: string; js: { events: Described[] } }[] }; css: { properties: Described[] } } };

  test('has every tag', () => {
    assert.deepEqual(names(html.tags), names(elements.map(({ tagName }) => ({ name: tagName }))));
    assert.deepEqual(names(types.contributions.html.elements), names(html.tags));
  });

  test('offers no attribute that is only to be read', () => {
    assert.deepEqual(html.tags.filter(({ attributes }) => names(attributes).includes('state')), []);
  });

  test('offers the values of a choice, and none for what is there or not', () => {
    const of = (tag: string, name: string): object | undefined => html.tags.find((one) => one.name === tag)?.attributes.find((one) => one.name === name);
    assert.partialDeepStrictEqual(of('allo-pay', 'presentation'), { values: [{ name: 'auto' }, { name: 'redirect' }, { name: 'popup' }] });
    assert.partialDeepStrictEqual(of('allo-balance', 'masked'), { valueSet: 'v' });
  });

  test('offers each custom property once', () => {
    for (const all of [css.properties, types.contributions.css.properties]) assert.equal(new Set(names(all)).size, all.length);
    assert.deepEqual(names(css.properties), names(types.contributions.css.properties));
  });
});

/**
 * What editors read. By our own few lines: the generators there are (custom-element-vs-code-integration 1.5.0 and
 * custom-element-jet-brains-integration 1.8.0 were tried) offer every custom property once per element, the read-only
 * `state` as something to set and no `masked` without a value; and they bring Prettier.
 */
import type { Described, ElementDeclaration, Manifest } from './manifest.ts';
import { elementsOf, membersToSet, unique } from './manifest.ts';

/** For `html.customData` of VS Code. */
export function vscodeHtml(manifest: Manifest): object {
  return {
    version: 1.1,
    tags: elementsOf(manifest).map((element) => ({
      name: element.tagName,
      description: markdown(overviewOf(element)),
      attributes: membersToSet(element).attributes.map((one) => ({ ...named(one), description: markdown(one.description), ...valuesOf(one) })),
    })),
  };
}

/** For `css.customData` of VS Code. */
export function vscodeCss(manifest: Manifest): object {
  const properties = unique(elementsOf(manifest).flatMap(({ cssProperties = [] }) => cssProperties));
  return {
    version: 1.1,
    properties: properties.map((one) => ({ ...named(one), description: markdown(`${one.description ?? ''} Default: \`${one.default ?? ''}\``) })),
  };
}

/** For the editors of JetBrains. */
export function webTypes(manifest: Manifest, { name, version }: { name: string; version: string }): object {
  const elements = elementsOf(manifest);
  return {
    $schema: 'https://raw.githubusercontent.com/JetBrains/web-types/master/schema/web-types.json',
    name,
    version,
    'js-types-syntax': 'typescript',
    'description-markup': 'markdown',
    contributions: {
      html: { elements: elements.map(webTypesElement) },
      css: {
        properties: unique(elements.flatMap(({ cssProperties = [] }) => cssProperties)).map(described),
        'pseudo-elements': unique(elements.flatMap(({ cssParts = [] }) => cssParts)).map((one) => ({ ...described(one), name: `part(${one.name})` })),
      },
    },
  };
}

function webTypesElement(element: ElementDeclaration): object {
  const { attributes, properties } = membersToSet(element);
  return {
    name: element.tagName,
    description: overviewOf(element),
    attributes: attributes.map((one) => ({ ...described(one), value: { type: typeOf(one) } })),
    slots: (element.slots ?? []).map(described),
    js: {
      properties: properties.map((one) => ({ ...described(one), type: typeOf(one) })),
      events: (element.events ?? []).map((one) => ({ ...described(one), type: typeOf(one) })),
    },
  };
}

const named = ({ name }: Described): { name: string } => ({ name });

const described = ({ name, description }: Described): Described => ({ name, ...(description && { description }) });

const typeOf = ({ type }: Described): string => type?.text ?? 'string';

const markdown = (value = ''): object => ({ kind: 'markdown', value });

/** The values of a union of literals; `v` for what is there or not, and takes none. */
function valuesOf(one: Described): { values?: { name: string }[]; valueSet?: 'v' } {
  const type = typeOf(one);
  if (type === 'boolean') return { valueSet: 'v' };
  const literals = [...type.matchAll(/'([^']+)'/g)].map(([, name = '']) => ({ name }));
  return literals.length > 0 ? { values: literals } : {};
}

function overviewOf({ summary = '', events = [], slots = [] }: ElementDeclaration): string {
  const list = (title: string, all: Described[]): string[] =>
    all.length === 0 ? [] : [`**${title}**\n\n${all.map(({ name, description = '' }) => `- \`${name || '(default)'}\` ${description}`).join('\n')}`];
  return [summary, ...list('Events', events), ...list('Slots', slots)].join('\n\n');
}

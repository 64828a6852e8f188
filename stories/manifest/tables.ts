/** The tables of the READMEs, in Markdown. */
import type { EventFields } from './events.ts';
import type { Attribute, Described, ElementDeclaration, Manifest, Member } from './manifest.ts';
import { elementsOf, statesOf, unique } from './manifest.ts';

/** What a README says between two markers, by the name in the marker. */
export function tablesOf(manifest: Manifest, events: Map<string, EventFields>): Map<string, string> {
  const elements = elementsOf(manifest);
  return new Map([
    ['overview', overview(elements)],
    ['elements', elements.map(section).join('\n\n')],
    ['events', eventTable(elements, events)],
    ['custom properties', propertyTable(elements)],
    ['parts', partTable(elements)],
  ]);
}

/** One line for each tag. What all of them say is no news in it. */
function overview(elements: ElementDeclaration[]): string {
  const isSaidByAll = (name: string): boolean => elements.every(({ events = [] }) => events.length === 0 || events.some((one) => one.name === name));
  return table(['tag', 'what it does', 'says'], elements.map(({ tagName, summary = '', events = [] }) =>
    [code(`<${tagName}>`), summary, list(events.map(({ name }) => name).filter((name) => !isSaidByAll(name)))]));
}

function section(element: ElementDeclaration): string {
  const { tagName, summary = '', members = [], events = [], slots = [], cssParts = [] } = element;
  const methods = members.filter(({ kind }) => kind === 'method').map(({ name, description = '' }) => `${code(`${name}()`)} ${description}`);
  const lines = {
    Methods: methods.join(' '),
    Events: list(events.map(({ name }) => name)),
    Slots: slots.map(({ name, description = '' }) => `${name === '' ? 'the default one' : code(name)}: ${description}`).join(' '),
    States: list(statesOf(element)),
    Parts: list(cssParts.map(({ name }) => name)),
  };
  const said = Object.entries(lines).filter(([, text]) => text !== '').map(([title, text]) => `- ${title}: ${text}`);
  return [`### ${code(`<${tagName}>`)}`, summary, attributeTable(element), said.join('\n')].join('\n\n');
}

/** What an attribute and a property have in common is one row. */
function attributeTable({ attributes = [], members = [] }: ElementDeclaration): string {
  const fields = members.filter(({ kind }) => kind === 'field');
  const alone = fields.filter(({ name }) => !attributes.some(({ fieldName }) => fieldName === name));
  const rows: [Attribute | undefined, Member | undefined][] = [
    ...attributes.map((one): [Attribute, Member | undefined] => [one, fields.find(({ name }) => name === one.fieldName)]),
    ...alone.map((one): [undefined, Member] => [undefined, one]),
  ];
  return table(['attribute', 'property', 'type', ''], rows.map(([attribute, property]) =>
    [code(attribute?.name), property ? `${code(property.name)}${property.readonly ? ' (read only)' : ''}` : '', typeOf(attribute ?? property), (attribute ?? property)?.description ?? '']));
}

function eventTable(elements: ElementDeclaration[], known: Map<string, EventFields>): string {
  const said = unique(elements.flatMap(({ events = [] }) => events));
  return table(['event', 'fields', 'when'], said.map(({ name, description = '' }) => {
    const { fields = [], description: more = description } = known.get(name) ?? {};
    return [code(name), [...fields].map(([field, type]) => code(`${field}: ${type}`)).join(', '), more];
  }));
}

function propertyTable(elements: ElementDeclaration[]): string {
  const all = unique(elements.flatMap(({ cssProperties = [] }) => cssProperties));
  return table(['custom property', 'default', ''], all.map((one) => [code(one.name), code(publicDefault(one, all)), one.description ?? '']));
}

/** Where the default is another of our properties by its inner name, the name that is known outside. */
function publicDefault({ default: text = '' }: Described, all: Described[]): string {
  return text.replaceAll(/var\(--_([\w-]+)\)/g, (inner, name: string) => {
    const outer = all.find((one) => one.name === `--allo-${name}` || one.name === `--allo-color-${name}`);
    return outer ? `var(${outer.name})` : inner;
  });
}

function partTable(elements: ElementDeclaration[]): string {
  const withParts = elements.filter(({ cssParts = [] }) => cssParts.length > 0);
  return table(['part', '', 'in'], unique(withParts.flatMap(({ cssParts = [] }) => cssParts)).map(({ name, description = '' }) => {
    const having = withParts.filter(({ cssParts = [] }) => cssParts.some((one) => one.name === name));
    return [code(name), description, having.length === withParts.length ? 'all' : list(having.map(({ tagName }) => tagName))];
  }));
}

/** The values of a union of literals, one by one. */
function typeOf(one: Described | undefined): string {
  const text = one?.type?.text ?? 'string';
  const literals = [...text.matchAll(/'([^']+)'/g)].map(([, literal = '']) => literal);
  return one?.name === 'state' ? 'one of the states' : literals.length > 0 ? list(literals) : code(text);
}

const code = (text = ''): string => (text === '' ? '' : `\`${text}\``);

const list = (names: string[]): string => names.map(code).join(' ');

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`.replaceAll('  ', ' ');
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

import type ts from 'typescript';
import type { CssProperty, Declaration, Described, ElementDeclaration, Manifest, ManifestModule, Member } from './manifest.ts';
import { elementsOf, unique } from './manifest.ts';

/** What the analyzer gives to a plugin for each node of each source, and once at the end. */
interface Plugin {
  name: string;
  analyzePhase(step: { ts: typeof ts; node: ts.Node }): void;
  packageLinkPhase(step: { customElementsManifest: Manifest }): void;
}

/** What is read in the sources beyond what the analyzer itself finds. */
interface Findings {
  /** Tag by class, from `register('allo-pay', AlloPay)`. */
  tags: Map<string, string>;
  /** The state union's name by class, from `extends AlloElement<AlloPayState>`. */
  states: Map<string, string>;
  /** What a class extends, by class. */
  parents: Map<string, string>;
  /** Literals by name, from `type AlloPayState = 'loading' | …`. */
  unions: Map<string, string[]>;
  /** What a style sheet reads, by the path of the style sheet. */
  cssProperties: Map<string, CssProperty[]>;
  /** What is documented of custom properties, by name; most of it at the ground class, for all. */
  documented: Map<string, CssProperty>;
  /** The literal texts of a source that hands on parts of elements inside, by its own element's tag. */
  insides: Map<string, string>;
  /** Tags in the order of `define.ts`. */
  order: string[];
}

/** Public in TypeScript since the elements' own parts call them, and no business of a page. */
const internal = new Set(['sessionWoke', 'linkChanged', 'language', 'text']);

/**
 * Turns what the analyzer sees into what a page may use: tags, the events that are documented, the states, the
 * custom properties; without private members, the ground class, and paths of the sources.
 */
export function alloKit(): Plugin {
  const findings: Findings = { tags: new Map(), states: new Map(), parents: new Map(), unions: new Map(), cssProperties: new Map(), documented: new Map(), insides: new Map(), order: [] };
  return {
    name: 'allo-kit',
    analyzePhase: ({ ts, node }) => {
      if (ts.isCallExpression(node)) readRegistration(ts, node, findings);
      if (ts.isClassDeclaration(node)) readStateOf(ts, node, findings);
      if (ts.isTypeAliasDeclaration(node)) readUnion(ts, node, findings);
      if (ts.isSourceFile(node) && node.fileName.endsWith('.styles.ts')) findings.cssProperties.set(node.fileName, readCustomProperties(node.text));
      if (ts.isSourceFile(node) && node.text.includes('exportparts')) readInside(ts, node, findings);
      if (ts.isSourceFile(node) && node.fileName.endsWith('/src/define.ts')) findings.order = readOrder(node.text);
    },
    packageLinkPhase: ({ customElementsManifest }) => {
      const classes = customElementsManifest.modules.flatMap(({ declarations = [] }) => declarations);
      findings.documented = new Map(classes.flatMap(({ cssProperties = [] }) => cssProperties).map((one) => [one.name, without(one, 'inheritedFrom')]));
      const modules = customElementsManifest.modules.flatMap((module) => publish(module, findings));
      for (const element of elementsOf({ modules })) takeOver(element, elementsOf({ modules }), findings);
      const place = ({ path }: ManifestModule): number => findings.order.indexOf(path.split('/').at(-2) ?? '');
      customElementsManifest.modules = modules.sort((one, other) => place(one) - place(other) || one.path.localeCompare(other.path));
    },
  };
}

/** `import './allo-pay/define.ts';` */
function readOrder(text: string): string[] {
  return [...text.matchAll(/'\.\/([\w-]+)\/define\.ts'/g)].map(([, tag = '']) => tag);
}

function readRegistration(compiler: typeof ts, { expression, arguments: given }: ts.CallExpression, { tags }: Findings): void {
  const [tag, element] = given;
  if (expression.getText() !== 'register' || !tag || !element || !compiler.isStringLiteral(tag)) return;
  tags.set(element.getText(), tag.text);
}

function readStateOf(compiler: typeof ts, { name, heritageClauses = [] as never }: ts.ClassDeclaration, { states, parents }: Findings): void {
  const parent = heritageClauses.find(({ token }) => token === compiler.SyntaxKind.ExtendsKeyword)?.types[0];
  const [state] = parent?.typeArguments ?? [];
  if (name && state) states.set(name.text, state.getText());
  if (name && parent) parents.set(name.text, parent.expression.getText());
}

/** The class's own, or the one of what it extends. */
function stateOf(name: string, findings: Findings): string | undefined {
  const parent = findings.parents.get(name);
  return findings.states.get(name) ?? (parent === undefined ? undefined : stateOf(parent, findings));
}

function readUnion(compiler: typeof ts, { name, type }: ts.TypeAliasDeclaration, { unions }: Findings): void {
  if (!compiler.isUnionTypeNode(type)) return;
  const literals = type.types.map((one) => (compiler.isLiteralTypeNode(one) && compiler.isStringLiteral(one.literal) ? one.literal.text : undefined));
  const known = literals.filter((one) => one !== undefined);
  if (known.length === literals.length) unions.set(name.text, known);
}

function readInside(compiler: typeof ts, source: ts.SourceFile, { insides }: Findings): void {
  const [, tag = ''] = /\/(allo-[\w-]+)\/[^/]+$/.exec(source.fileName) ?? [];
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (compiler.isStringLiteralLike(node) || compiler.isTemplateLiteralToken(node)) texts.push(node.text);
    compiler.forEachChild(node, visit);
  };
  visit(source);
  insides.set(tag, texts.join('\n'));
}

/** What is composed of other elements has their custom properties, and those of their parts that it names. */
function takeOver(element: ElementDeclaration, all: ElementDeclaration[], { insides }: Findings): void {
  const texts = insides.get(element.tagName);
  if (texts === undefined) return;
  const words = new Set(texts.split(/[^\w-]+/));
  const inside = all.filter(({ tagName }) => texts.includes(`<${tagName}`));
  element.cssParts = unique([...inside.flatMap(({ cssParts = [] }) => cssParts.filter(({ name }) => words.has(name))), ...(element.cssParts ?? [])]);
  element.cssProperties = unique([...inside.flatMap(({ cssProperties = [] }) => cssProperties), ...(element.cssProperties ?? [])]);
}

/** `var(--allo-radius, 14px)`: a name and its default, which may hold parentheses. */
function readCustomProperties(text: string): CssProperty[] {
  return [...text.matchAll(/var\((--allo-[\w-]+),\s*/g)].map((found) => {
    const start = found.index + found[0].length;
    let depth = 1;
    let end = start;
    for (; depth > 0 && end < text.length; end++) depth += Number(text[end] === '(') - Number(text[end] === ')');
    return { name: found[1] ?? '', default: text.slice(start, end - 1) };
  });
}

/**
 * Those that the shared style sheets and the element's own read, and those that are documented for it. One of which
 * only the one or the other is true has no description, or no default.
 */
function cssPropertiesOf(tagName: string, own: CssProperty[], { cssProperties, documented }: Findings): CssProperty[] {
  const read = [...cssProperties].filter(([path]) => path.includes('/internal/') || path.includes(`/${tagName}/`)).flatMap(([, found]) => found);
  const names = new Map([...own.map(({ name }) => ({ name })), ...read].map((one) => [one.name, one]));
  return [...names.values()].map((one) => ({ ...documented.get(one.name), ...one })).sort(byNameOrder);
}

const byNameOrder = (one: { name: string }, other: { name: string }): number => one.name.localeCompare(other.name);

/** A module of the package as it is published; nothing if it declares no element and registers none. */
function publish(module: ManifestModule, findings: Findings): ManifestModule[] {
  const path = publishedPath(module.path);
  const declarations = (module.declarations ?? []).flatMap((one) => publishElement(one, findings));
  const names = new Set(declarations.map(({ name }) => name));
  const own = (module.exports ?? []).filter(({ name }) => names.has(name)).map((one) => ({ ...one, declaration: { name: one.name, module: path } }));
  const exports = path.endsWith('/define.js') ? definitionsIn(path, findings) : own;
  return exports.length > 0 ? [{ ...module, path, declarations, exports }] : [];
}

/** `allo-pay/define.js` defines what `allo-pay/allo-pay.js` declares. */
function definitionsIn(path: string, { tags }: Findings): NonNullable<ManifestModule['exports']> {
  const folder = path.split('/').at(-2);
  return [...tags].filter(([, tag]) => tag === folder).map(([name, tag]) => ({
    kind: 'custom-element-definition', name: tag, declaration: { name, module: path.replace('/define.js', `/${tag}.js`) },
  }));
}

function publishElement(found: Declaration, findings: Findings): ElementDeclaration[] {
  const tagName = findings.tags.get(found.name);
  if (tagName === undefined) return [];
  const { members = [], attributes = [], events = [], cssParts = [], cssProperties = [] } = found;
  const states = findings.unions.get(stateOf(found.name, findings) ?? members.find(({ name }) => name === 'state')?.type?.text ?? '');
  const show = <T extends Described>(one: T): T => withType(one, one.name === 'state' ? states : undefined, findings);
  return [{
    ...without(found, 'superclass'),
    ...splitSummary(found),
    tagName,
    customElement: true,
    attributes: attributes.filter(({ description }) => description).map(show),
    members: members.filter(isPublic).map((one) => (one.name === 'state' ? { ...show(one), readonly: true } : show(one))),
    events: events.filter(({ description }) => description).map(withEventType),
    cssParts: cssParts.map((one) => without(one, 'inheritedFrom')).sort(byNameOrder),
    ...(states && { cssStates: states.map((name) => ({ name })), cssProperties: cssPropertiesOf(tagName, cssProperties, findings) }),
  }];
}

function isPublic({ name, privacy, description }: Member): boolean {
  return description !== undefined && privacy !== 'private' && privacy !== 'protected' && !internal.has(name);
}

/** The analyzer takes every paragraph for the summary. */
function splitSummary({ summary = '' }: Declaration): { summary: string; description: string } {
  const [first = '', ...others] = summary.split(/\n\s*\n/);
  return { summary: first, description: others.join('\n\n') };
}

/** `@fires allo-paid {AlloPaidEvent} when the order became paid` */
function withEventType({ name, description = '' }: Described): Described {
  const [, type, words] = /^\{(\w+)\}\s*(.*)$/s.exec(description) ?? [];
  return type && words ? { name, type: { text: type }, description: words } : { name, description };
}

/** Unions by their literals, so that editors and Storybook can offer them; absence goes without saying. */
function withType<T extends Described>(one: T, states: string[] | undefined, { unions }: Findings): T {
  const plain = withoutBreaks(without(one, 'inheritedFrom', ...(states ? (['default'] as const) : [])));
  if (!one.type) return plain;
  const names = one.type.text.split(' | ').filter((name) => name !== 'undefined');
  const literals = states ?? names.flatMap((name) => unions.get(name) ?? /^'([^']+)'$/.exec(name)?.slice(1) ?? []);
  return { ...plain, type: { text: literals.length > 0 ? literals.map((literal) => `'${literal}'`).join(' | ') : names.join(' | ') } };
}

/** Where the lines of a comment end is the source's business. */
function withoutBreaks<T extends Described>(one: T): T {
  return one.description === undefined ? one : { ...one, description: one.description.replaceAll(/\s*\n\s*/g, ' ') };
}

/** Some of what may be absent is; the ground class is no part of what is published, so nothing may refer to it. */
function without<T extends object>(one: T, ...absent: (keyof T)[]): T {
  return Object.fromEntries(Object.entries(one).filter(([name]) => !absent.includes(name as keyof T))) as T;
}

function publishedPath(path: string): string {
  return path.replace(/^.*packages\/elements\/src\//, 'dist/').replace(/\.ts$/, '.js');
}

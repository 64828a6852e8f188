import type ts from 'typescript';
import type { CssProperty, Declaration, Described, ElementDeclaration, Manifest, ManifestModule, Member } from './manifest.ts';

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
}

/** Public in TypeScript since the elements' own parts call them, and no business of a page. */
const internal = new Set(['sessionWoke', 'language', 'text']);

/**
 * Turns what the analyzer sees into what a page may use: tags, the events that are documented, the states, the
 * custom properties; without private members, the ground class, and paths of the sources.
 */
export function alloKit(): Plugin {
  const findings: Findings = { tags: new Map(), states: new Map(), parents: new Map(), unions: new Map(), cssProperties: new Map() };
  return {
    name: 'allo-kit',
    analyzePhase: ({ ts, node }) => {
      if (ts.isCallExpression(node)) readRegistration(ts, node, findings);
      if (ts.isClassDeclaration(node)) readStateOf(ts, node, findings);
      if (ts.isTypeAliasDeclaration(node)) readUnion(ts, node, findings);
      if (ts.isSourceFile(node) && node.fileName.endsWith('.styles.ts')) findings.cssProperties.set(node.fileName, readCustomProperties(node.text));
    },
    packageLinkPhase: ({ customElementsManifest }) => {
      const modules = customElementsManifest.modules.flatMap((module) => publish(module, findings));
      customElementsManifest.modules = modules.sort((one, other) => one.path.localeCompare(other.path));
    },
  };
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

/** Those of the ground that all elements share, and those of the element's own folder. */
function cssPropertiesOf(tagName: string, { cssProperties }: Findings): CssProperty[] {
  const all = [...cssProperties].filter(([path]) => path.includes('/internal/') || path.includes(`/${tagName}/`)).flatMap(([, own]) => own);
  return [...new Map(all.map((one) => [one.name, one])).values()].sort((one, other) => one.name.localeCompare(other.name));
}

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
  const { members = [], attributes = [], events = [] } = found;
  const states = findings.unions.get(stateOf(found.name, findings) ?? '');
  const show = <T extends Described>(one: T): T => withType(one, one.name === 'state' ? states : undefined, findings);
  return [{
    ...without(found, 'superclass'),
    ...splitSummary(found),
    tagName,
    customElement: true,
    attributes: attributes.filter(({ description }) => description).map(show),
    members: members.filter(isPublic).map((one) => (one.name === 'state' ? { ...show(one), readonly: true } : show(one))),
    events: events.filter(({ description }) => description).map(withEventType),
    ...(states && { cssStates: states.map((name) => ({ name })), cssProperties: cssPropertiesOf(tagName, findings) }),
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
  const plain = without(one, 'inheritedFrom', ...(states ? (['default'] as const) : []));
  if (!one.type) return plain;
  const names = one.type.text.split(' | ').filter((name) => name !== 'undefined');
  const literals = states ?? names.flatMap((name) => unions.get(name) ?? []);
  return { ...plain, type: { text: literals.length > 0 ? literals.map((literal) => `'${literal}'`).join(' | ') : names.join(' | ') } };
}

/** Some of what may be absent is; the ground class is no part of what is published, so nothing may refer to it. */
function without<T extends object>(one: T, ...absent: (keyof T)[]): T {
  return Object.fromEntries(Object.entries(one).filter(([name]) => !absent.includes(name as keyof T))) as T;
}

function publishedPath(path: string): string {
  return path.replace(/^.*packages\/elements\/src\//, 'dist/').replace(/\.ts$/, '.js');
}

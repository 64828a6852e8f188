/**
 * The design as a test: floors, circles, sizes, names. What stands here need not be remembered.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Source {
  /** Path below the repository, with `/`. */
  path: string;
  text: string;
  tree: ts.SourceFile;
  /** Specifiers of all imports and re-exports, types included. */
  imports: string[];
}

function findFiles(folder: string, wanted: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !/(^|\/)(node_modules|dist|\.data)\//.test(path));
}

function read(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return { path, text, tree, imports: importsOf(tree) };
}

function importsOf(tree: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ? node.moduleSpecifier : undefined;
    if (specifier && ts.isStringLiteral(specifier)) found.push(specifier.text);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument)) found.push(argument.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** Where a relative import leads, as a path below the repository. */
const target = ({ path }: Source, specifier: string): string => join(dirname(path), specifier).split(sep).join('/');

const server = findFiles('packages/server/src', /\.ts$/).map(read);
const elements = findFiles('packages/elements/src', /\.ts$/).map(read);
const packages = [...server, ...elements];
const everything = [...packages, ...findFiles('demo', /\.ts$/).map(read), ...findFiles('test', /\.ts$/).map(read)];

/** All sentences of `problems`, or nothing: so that one run names every place. */
function assertNone(problems: string[]): void {
  assert.deepEqual(problems, []);
}

const relativeImports = (source: Source): string[] => source.imports.filter((specifier) => specifier.startsWith('.'));

describe('floors of the server: an import only goes down', () => {
  const rooms = ['contract', 'snap', 'store', 'ledger', 'routes', 'top', 'adapters'];

  function roomOf(path: string): string {
    const [first = '', ...rest] = path.replace('packages/server/src/', '').split('/');
    if (rest.length > 0) return first;
    return first === 'contract.ts' || first === 'errors.ts' ? 'contract' : 'top';
  }

  test('no room imports from a room above it', () => {
    const problems = server.flatMap((source) => relativeImports(source).flatMap((specifier) => {
      const [from, to] = [roomOf(source.path), roomOf(target(source, specifier))];
      const upward = rooms.includes(from) && rooms.indexOf(to) > rooms.indexOf(from);
      return upward ? [`${source.path} (${from}) imports ${specifier} (${to})`] : [];
    }));
    assertNone(problems);
  });

  test('the simulator shares no code with what it checks, and nothing but the command line and tests uses it', () => {
    const problems = server.flatMap((source) => relativeImports(source).flatMap((specifier) => {
      const [from, to] = [roomOf(source.path), roomOf(target(source, specifier))];
      const leaves = from === 'simulator' && to !== 'simulator';
      const enters = to === 'simulator' && from !== 'simulator' && !source.path.endsWith('/cli.ts');
      return leaves || enters ? [`${source.path} imports ${specifier}`] : [];
    }));
    assertNone(problems);
  });

  test('snap/, ledger/ and routes/ use the platform alone, no module of Node', () => {
    const rooms = /src\/(snap|ledger|routes)\//;
    assertNone(server.filter(({ path, imports }) => rooms.test(path) && imports.some((name) => name.startsWith('node:'))).map(({ path }) => path));
  });

  test('the words of DOKU stay in snap/, the simulator, the command line and the routes that translate them', () => {
    const wireWords = /partnerReferenceNo|responseCode|latestTransactionStatus|custIdMerchant|webRedirectUrl/;
    const allowed = /src\/(snap|simulator)\/|src\/routes\/(bank|doku)\.ts$|src\/(cli|doctor)\.ts$/;
    assertNone(packages.filter(({ path, text }) => !allowed.test(path) && wireWords.test(text)).map(({ path }) => path));
  });
});

describe('floors of the elements: an import only goes down', () => {
  const floors = [/^contract\.ts$/, /^(errors|money|localize)\.ts$|^locales\//, /^(events|client)\.ts$/, /^internal\//, /^allo-[a-z-]+\/(?!define)/, /\/define\.ts$|^tags\.ts$/, /^(index|define|msw|ssr|hydrate|react|vue|svelte)\.ts$/];
  const floorOf = (path: string): number => floors.findIndex((floor) => floor.test(path.replace('packages/elements/src/', '')));

  test('every file stands on a floor', () => {
    assertNone(elements.filter(({ path }) => floorOf(path) < 0).map(({ path }) => path));
  });

  test('no file imports from a floor above it', () => {
    const problems = elements.flatMap((source) => relativeImports(source)
      .filter((specifier) => floorOf(target(source, specifier)) > floorOf(source.path))
      .map((specifier) => `${source.path} imports ${specifier}`));
    assertNone(problems);
  });

  test('nothing of the server, and no module of Node, is in reach of a page', () => {
    const problems = elements.flatMap(({ path, imports }) => imports.filter((name) => /^node:|server/.test(name)).map((name) => `${path} imports ${name}`));
    assertNone(problems);
  });
});

describe('the border between the packages', () => {
  test('contract.ts imports nothing', () => {
    assert.deepEqual(read('packages/elements/src/contract.ts').imports, []);
  });

  test('the server reaches the elements through one doorway', () => {
    const crossing = server.filter((source) => relativeImports(source).some((specifier) => target(source, specifier).startsWith('packages/elements/')));
    assert.deepEqual(crossing.map(({ path }) => path), ['packages/server/src/contract.ts']);
  });
});

describe('imports', () => {
  test('go in no circle, types included', () => {
    const graph = new Map(packages.map((source) => [source.path, relativeImports(source).map((specifier) => target(source, specifier))]));
    const state = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const visit = (path: string, trail: string[]): void => {
      if (state.get(path) === 'done') return;
      if (state.get(path) === 'open') {
        circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
        return;
      }
      state.set(path, 'open');
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      state.set(path, 'done');
    };
    for (const path of graph.keys()) visit(path, []);
    assertNone(circles);
  });

  test('name the file with its ending', () => {
    assertNone(packages.flatMap((source) => relativeImports(source).filter((specifier) => !/\.(ts|css)$/.test(specifier)).map((specifier) => `${source.path}: ${specifier}`)));
  });

  test('never come from a barrel of the same package', () => {
    const problems = packages.flatMap((source) => relativeImports(source)
      .filter((specifier) => specifier.endsWith('/index.ts') && !source.path.endsWith('/cli.ts'))
      .map((specifier) => `${source.path} imports ${specifier}`));
    assertNone(problems);
  });
});

describe('shape', () => {
  const mostCodeLines = 250;
  const mostFunctionLines = 45;
  const longFunctionLines = 30;

  function codeLines(text: string): number {
    const withoutComments = text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''));
    return withoutComments.split('\n').filter((line) => !/^\s*(\/\/.*)?$/.test(line)).length;
  }

  /** Lines of each function that are its own, not those of a function inside it: a factory is as long as what it does. */
  function functionsOf({ tree, path }: Source): { name: string; lines: number }[] {
    const found: { name: string; lines: number }[] = [];
    const line = (at: number): number => tree.getLineAndCharacterOfPosition(at).line;
    const visit = (node: ts.Node): number => {
      let inner = 0;
      ts.forEachChild(node, (child) => void (inner += visit(child)));
      if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return inner;
      const lines = line(node.end) - line(node.getStart()) + 1;
      found.push({ name: `${path}:${line(node.getStart()) + 1}`, lines: lines - inner });
      return lines - 1;
    };
    visit(tree);
    return found;
  }

  test(`no file has more than ${mostCodeLines} code lines`, () => {
    assertNone(packages.filter(({ text }) => codeLines(text) > mostCodeLines).map(({ path, text }) => `${path}: ${codeLines(text)}`));
  });

  test('functions are small and even', () => {
    const functions = packages.flatMap(functionsOf).toSorted((one, other) => one.lines - other.lines);
    const median = functions[Math.floor(functions.length / 2)]?.lines ?? 0;
    const long = functions.filter(({ lines }) => lines > longFunctionLines);
    assertNone(functions.filter(({ lines }) => lines > mostFunctionLines).map(({ name, lines }) => `${name}: ${lines} lines`));
    assert.ok(median <= 9, `half of all functions have at most 9 lines, not ${median}`);
    assert.ok(long.length / functions.length <= 0.02, `too many functions over ${longFunctionLines} lines: ${long.map(({ name }) => name).join(', ')}`);
  });

  test('nothing is exported by default', () => {
    assertNone(everything.filter(({ text }) => /^export default/m.test(text)).map(({ path }) => path));
  });

  test('every file of the server says what it is', () => {
    assertNone(server.filter(({ path, text }) => !path.endsWith('/index.ts') && !/^(#!.*\n)?\/\*\*[\s\S]*?@module/.test(text)).map(({ path }) => path));
  });
});

describe('words', () => {
  test('files have no empty names', () => {
    const empty = /(^|[-/])(utils?|helpers?|common|manager|service|dto)([-./]|$)/i;
    assertNone(everything.filter(({ path }) => empty.test(path.replace(/^packages\/[^/]+\/src\//, ''))).map(({ path }) => path));
  });

  test('declarations have no empty names', () => {
    const empty = /(Utils?|Helpers?|Manager|Service|DTO)$/;
    const names = packages.flatMap(({ path, tree }) => tree.statements.flatMap((statement) =>
      (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement)) && statement.name
        ? [`${path}: ${statement.name.text}`] : []));
    assertNone(names.filter((name) => empty.test(name)));
  });

  test('nothing is left for later', () => {
    const later = new RegExp(['TO', 'DO|FIX', 'ME|X', 'XX'].join(''));
    assertNone(everything.filter(({ text }) => later.test(text)).map(({ path }) => path));
  });
});

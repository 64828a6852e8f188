/**
 * Makes script files for pages without a build of their own: the elements and Lit in one, as short as it gets.
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { minify } from 'terser';
import type { Plugin, Rolldown } from 'vite';
import { build } from 'vite';
import { leanLit } from './lean-lit.ts';
import { shortenLiterals } from './literals.ts';

/** Where the sources of the elements are. */
const source = fileURLToPath(new URL('../src/', import.meta.url));
const entry = 'virtual:entry';

/** What no page uses, no answer of a backend has, and no text is called: Lit's private names, which begin with `_`, and some of ours. */
const internalNames = /^(_(?!\$lit).*|linkRank|sessionWoke|moneyMoved|expectLink|announce|deriveState|changed|watch|isNews|wake|leave|check|step|begin|reset|release|members|session|scope|prepare|leaving|cameBack|sending|ensure|texts|wantsBalance|needsAccount|know|lost|forgive|keepFocus|woke|yieldToAccount|hidesBalance|tell|text|updated|trip|scheduleUpdate|performUpdate|isUpdatePending|enableUpdating|elementProperties|elementStyles|createRenderRoot|willUpdate|hasUpdated|renderRoot)$/;

/** One file of what was bundled. */
export interface ScriptFile {
  /** Fetched with the page; otherwise when it is needed. */
  isInitial: boolean;
  code: string;
}

/**
 * Bundles and minifies what `code` imports by `/src/…`, the entry first.
 *
 * @param split whether what is imported dynamically becomes files of its own, to be weighed only: each has names of
 *   its own. Otherwise all is one
 */
export async function scriptFiles(code: string, split = false): Promise<ScriptFile[]> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root: source,
    plugins: [fromSource(code, split), leanLit()],
    // Lit's readable build, which lean-lit.ts knows its way about.
    resolve: { conditions: ['browser', 'development'] },
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: entry, output: { format: 'es', codeSplitting: split, minify: true } },
    },
  });
  const chunks = [result].flat().flatMap((one) => ('output' in one ? one.output : [])).filter((one) => one.type === 'chunk');
  const initial = closureOf(chunks);
  const files = await Promise.all(chunks.map(async ({ code: long, fileName }) => ({ isInitial: initial.has(fileName), code: await shorten(long) })));
  return files.sort((one, other) => Number(other.isInitial) - Number(one.isInitial));
}

/** The names of the entry and what it imports statically: what is fetched with the page. */
export function closureOf(chunks: readonly Rolldown.OutputChunk[]): Set<string> {
  const found = new Set<string>();
  const visit = (fileName: string): void => {
    const chunk = chunks.find((one) => one.fileName === fileName);
    if (!chunk || found.has(fileName)) return;
    found.add(fileName);
    chunk.imports.forEach(visit);
  };
  for (const { fileName, isEntry } of chunks) if (isEntry) visit(fileName);
  return found;
}

/** The package says of its built files which have an effect of their own; its sources are told from here. */
function fromSource(code: string, split: boolean): Plugin {
  return {
    name: 'elements-source',
    enforce: 'pre',
    resolveId: (id) => {
      if (id === entry) return { id: `\0${entry}` };
      return id.startsWith('/src/') ? { id: source + id.slice(5), moduleSideEffects: id.endsWith('/define.ts') } : undefined;
    },
    load: (id) => {
      if (id === `\0${entry}`) return code;
      // In one file nothing is fetched later, and nothing can be lost on the way.
      return !split && id.endsWith('/fetch-views.ts') ? "import { PayViews } from './pay-views.ts'; export const fetchViews = async () => PayViews;" : undefined;
    },
    transform: (text, id) => (id.startsWith(source) ? { code: shortenLiterals(text), map: null } : undefined),
  };
}

/** A second minifier after the bundler's own; together they find more. Names that begin with `_` are Lit's private ones. */
async function shorten(code: string): Promise<string> {
  const result = await minify(code, {
    ecma: 2022,
    module: true,
    compress: { passes: 4, pure_getters: true, unsafe_arrows: true, keep_fargs: false, conditionals: false, if_return: false },
    mangle: { properties: { regex: internalNames, builtins: true } },
    format: { comments: false },
  });
  return result.code ?? '';
}

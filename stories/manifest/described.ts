import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { analyzeElements } from './analyze.ts';
import { readEvents } from './events.ts';
import { tablesOf } from './tables.ts';
import { typingsOf } from './typings.ts';

/** A file of the repository that tells, in whole or in part, what the manifest holds. */
export interface DescribedFile {
  /** Path below the repository. */
  path: string;
  /** What is there. */
  text: string;
  /** What has to be there. */
  wanted: string;
}

const readmes = ['README.md', 'packages/elements/README.md'];
const typings = 'packages/elements/src/tags.ts';

export async function describedFiles(): Promise<DescribedFile[]> {
  const manifest = await analyzeElements();
  const tables = tablesOf(manifest, readEvents());
  const pages = readmes.map(async (path) => {
    const text = await readFile(inRepository(path), 'utf8');
    return { path, text, wanted: fill(text, tables) };
  });
  const types = { path: typings, text: await readFile(inRepository(typings), 'utf8').catch(() => ''), wanted: typingsOf(manifest) };
  return [...(await Promise.all(pages)), types];
}

/** Writes what is out of date, and answers its paths. */
export async function describe(): Promise<string[]> {
  const old = (await describedFiles()).filter(({ text, wanted }) => text !== wanted);
  for (const { path, wanted } of old) await writeFile(inRepository(path), wanted);
  return old.map(({ path }) => path);
}

/** `<!-- manifest: events -->` … `<!-- /manifest -->` */
function fill(page: string, tables: Map<string, string>): string {
  return page.replaceAll(/(<!-- manifest: ([\w ]+) -->\n).*?(<!-- \/manifest -->)/gs, (_, open: string, name: string, close: string) => {
    const text = tables.get(name);
    if (text === undefined) throw new Error(`no such table: ${name}`);
    return `${open}\n${text}\n\n${close}`;
  });
}

function inRepository(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

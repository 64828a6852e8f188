/**
 * `node stories/manifest/write.ts` writes the manifest and what editors read into the built package;
 * `… describe` writes the tables of the READMEs and the typings of the tags.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import elementsPackage from '../../packages/elements/package.json' with { type: 'json' };
import { analyzeElements } from './analyze.ts';
import { describe } from './described.ts';
import { vscodeCss, vscodeHtml, webTypes } from './editors.ts';

async function publish(): Promise<void> {
  const manifest = await analyzeElements();
  const files = {
    'custom-elements.json': manifest,
    'web-types.json': webTypes(manifest, elementsPackage),
    'vscode.html-custom-data.json': vscodeHtml(manifest),
    'vscode.css-custom-data.json': vscodeCss(manifest),
  };
  const folder = new URL('../../packages/elements/dist/', import.meta.url);
  await mkdir(folder, { recursive: true });
  for (const [name, data] of Object.entries(files)) await writeFile(fileURLToPath(new URL(name, folder)), `${JSON.stringify(data, null, 2)}\n`);
}

if (process.argv[2] === 'describe') console.log((await describe()).map((path) => `written: ${path}`).join('\n') || 'nothing was out of date');
else await publish();

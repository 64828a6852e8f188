/**
 * Writes `dist/allo-kit.js`, the one file that a page without a build of its own loads by a script tag.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { scriptFiles } from './script-file.ts';

const tags = ['allo-pay', 'allo-balance', 'allo-link-button'];
const [file] = await scriptFiles(tags.map((tag) => `import '/src/${tag}/define.ts';`).join('\n'));
// Lit's licence asks to be named; its text is in the package's LICENSE.
writeFileSync(new URL('../dist/allo-kit.js', import.meta.url), `/*! MIT; has Lit, © Google LLC, BSD-3-Clause */${file?.code ?? ''}`);

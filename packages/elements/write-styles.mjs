/**
 * After the build: the styles of each tag as a file, `dist/styles/<tag>.css`, for server-rendered tags under a policy
 * that refuses inline styles.
 *
 * @module
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { stylesOf } from './dist/ssr.js';

const dist = new URL('dist/', import.meta.url);
// The folders alone: after an earlier build the page's one script lies here, too.
const tags = readdirSync(dist, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name.startsWith('allo-')).map(({ name }) => name);

mkdirSync(new URL('styles/', dist), { recursive: true });
for (const tag of tags) writeFileSync(new URL(`styles/${tag}.css`, dist), `${stylesOf(tag)}\n`);

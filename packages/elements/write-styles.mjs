/**
 * After the build: the styles of each tag as a file, `dist/styles/<tag>.css`, for server-rendered tags under a policy
 * that refuses inline styles.
 *
 * @module
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { stylesOf } from './dist/ssr.js';

const dist = new URL('dist/', import.meta.url);
const tags = readdirSync(dist).filter((name) => name.startsWith('allo-'));

mkdirSync(new URL('styles/', dist), { recursive: true });
for (const tag of tags) writeFileSync(new URL(`styles/${tag}.css`, dist), `${stylesOf(tag)}\n`);

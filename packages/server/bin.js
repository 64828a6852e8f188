#!/usr/bin/env node
/**
 * `allo-kit`: hands on to the command line in dist/. It is here before anything is built, so that npm can link it,
 * and runs on a Node that is too old for the rest, so that one sentence can say so.
 *
 * @module
 */
import { existsSync } from 'node:fs';

const cli = new URL('./dist/server/src/cli.js', import.meta.url);

if (process.getBuiltinModule?.('node:sqlite') === undefined) end(`@allo-kit/server needs Node 22.13 or later, which has node:sqlite; this is Node ${process.versions.node}`);
else if (!existsSync(cli)) end('@allo-kit/server is not built yet: run "npm run build" at the root of its repository');
else await import(cli.href);

function end(sentence) {
  process.stderr.write(`allo-kit: ${sentence}\n`);
  process.exitCode = 1;
}

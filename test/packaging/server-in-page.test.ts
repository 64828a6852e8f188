/**
 * The server holds secrets: a bundler that is asked to put it into a page has to fail, not to warn.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

describe('a page that imports the server', () => {
  let folder: string;
  before(() => {
    // Inside the workspace, so that its packages are found.
    folder = mkdtempSync(fileURLToPath(new URL('./page-', import.meta.url)));
  });
  after(() => rmSync(folder, { recursive: true }));

  const entries = { '': 'createAllo', '/express': 'toExpress', '/fastify': 'toFastify', '/node': 'toNode', '/simulator': 'startSimulator' };
  for (const [entry, name] of Object.entries(entries)) {
    const bundle = (forPage: boolean): ReturnType<typeof build> => {
      const input = join(folder, 'page.js');
      writeFileSync(input, `import { ${name} } from '@allo-kit/server${entry}'; console.log(${name});`);
      return build({ root: folder, configFile: false, logLevel: 'silent', build: { write: false, ...(forPage ? {} : { ssr: input }), rolldownOptions: { input } } });
    };

    test(`cannot be built: ${name} of @allo-kit/server${entry}`, async () => {
      await assert.rejects(bundle(true), new RegExp(`"${name}" is not exported by .*in-page\\.js`));
      await assert.doesNotReject(bundle(false), 'for a server it can');
    });
  }
});

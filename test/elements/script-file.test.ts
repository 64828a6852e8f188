/**
 * The elements' own tests once more, on the one file that a script tag loads: there Lit is leaner, names are shorter
 * and a minifier had its way.
 */
import { expect } from '@open-wc/testing';
import { useScriptFile } from './stage.ts';

useScriptFile();
await import('./link-button.test.ts');
await import('./balance.test.ts');
await import('./pay.test.ts');
await import('./popup.test.ts');
await import('./offline.test.ts');
await import('./signed-out.test.ts');

describe('the script file', () => {
  it('is what was tried here', () => {
    const loaded = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
    expect(loaded).to.include('/packages/elements/dist/allo-kit.js');
    expect(loaded.filter((path) => /\/(allo-[a-z-]+|internal)\//.test(path))).to.deep.equal([]);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';

// Not literals: the demo uses the built package, and one program must not see the tag names declared twice.
const source = '../../packages/elements/src';
const tags = ['allo-provider', 'allo-link-button', 'allo-balance', 'allo-pay', 'allo-checkout', 'allo-refund'];
const entries = ['index.ts', 'contract.ts', 'define.ts', 'ssr.ts', 'hydrate.ts', ...tags.flatMap((tag) => [`${tag}/${tag}.ts`, `${tag}/define.ts`])];

for (const entry of entries) {
  test(`${entry} can be imported where there is no page`, async () => {
    const module: unknown = await import(`${source}/${entry}`);
    assert.ok(module);
  });
}

test('the elements can be made where there is no page, and show their first state', async () => {
  const { AlloPay } = (await import(`${source}/index.ts`)) as { AlloPay: new () => { state: string } };
  await import(`${source}/define.ts`);
  assert.equal(new AlloPay().state, 'loading');
});

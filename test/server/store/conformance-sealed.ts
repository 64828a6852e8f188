/** Sealed values: all of them are found, and each is replaced only where it still stands. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SealedValue, Store } from '../../../packages/server/src/store/store.ts';
import { range } from './conformance-world.ts';
import type { World } from './conformance-world.ts';
import { aLink, instant } from './rows.ts';

async function allSealed(store: Store): Promise<SealedValue[]> {
  const values: SealedValue[] = [];
  for (let next: string | undefined = ''; next !== undefined;) {
    const page = await store.sealedPage(next);
    values.push(...page.values);
    next = page.next;
  }
  return values;
}

export function describeSealed(world: () => World): void {
  describe('sealed values', () => {
    it('are all found, however many there are, each with its place', async () => {
      const { store } = world();
      const links = range(450).map((index) => aLink({
        customerId: `customer-${index}`, tokenSealed: `k.token.${index}`, ...(index % 2 === 0 && { authCodeSealed: `k.code.${index}` }),
      }));
      for (const link of [...links, aLink({ customerId: 'none' })]) await store.insertLink(link);
      await store.swapToken('sandbox/BRN-1', undefined, { sealed: 'k.b2b', issuedAt: instant, expiresAt: instant });
      const expected = links.flatMap(({ id, tokenSealed, authCodeSealed }) => [
        [`links/${id}/token`, tokenSealed], [`links/${id}/authCode`, authCodeSealed],
      ]).filter(([, sealed]) => sealed !== null);
      assert.deepEqual((await allSealed(store)).map(({ place, sealed }) => [place, sealed]).sort(), [...expected, ['shared_tokens/sandbox/BRN-1', 'k.b2b']].sort());
    });

    it('are replaced only where they still stand, and the row grows no older by it', async () => {
      const { store, other } = world();
      const link = aLink({ tokenSealed: 'old.token', authCodeSealed: 'old.code' });
      await store.insertLink(link);
      await store.swapToken('name', undefined, { sealed: 'old.b2b', issuedAt: instant, expiresAt: instant });
      for (const value of await allSealed(store)) {
        const replaced = await Promise.all([store, other].map((each) => each.replaceSealed(value, `new.${value.sealed}`)));
        assert.deepEqual(replaced.sort(), [false, true]);
      }
      assert.deepEqual(await other.link(link.id), { ...link, tokenSealed: 'new.old.token', authCodeSealed: 'new.old.code' });
      assert.equal((await other.readToken('name'))?.sealed, 'new.old.b2b');
    });
  });
}

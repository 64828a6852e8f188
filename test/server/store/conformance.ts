/** What every store has to keep, whichever database it stands on. One suite, registered once per database. */
import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe } from 'node:test';
import { openStore } from '../../../packages/server/src/open-store.ts';
import { describeClaims, describeEvents, describeNotifications } from './conformance-claims.ts';
import { describeCommit } from './conformance-commit.ts';
import { describeAudit, describeLife, describeTokens } from './conformance-life.ts';
import { describeMinting } from './conformance-minting.ts';
import { describeOrders, describeRefunds } from './conformance-orders.ts';
import { describePruning } from './conformance-prune.ts';
import { describeLinks, describePayments } from './conformance-rows.ts';
import { describeSealed } from './conformance-sealed.ts';
import type { Databases, World } from './conformance-world.ts';
import { instant } from './rows.ts';

/** Registers the suite for one kind of database. */
export function describeStore(databases: Databases, more?: (world: () => World) => void): void {
  describe(`the store on ${databases.name}`, { skip: databases.skip ?? false }, () => {
    const made: { world?: World } = {};
    const world = (): World => {
      assert.ok(made.world);
      return made.world;
    };
    beforeEach(async () => {
      const database = await databases.create();
      const clock = { now: instant };
      made.world = { database, clock, store: openStore(database.address, () => clock.now), other: openStore(database.address, () => clock.now) };
    });
    afterEach(async () => {
      const { store, other, database } = world();
      await Promise.all([store.close(), other.close()]);
      await database.remove();
    });
    after(() => databases.close());

    describeLinks(world);
    describePayments(world);
    describeOrders(world);
    describeRefunds(world);
    describeCommit(world);
    describeClaims(world);
    describeEvents(world);
    describeNotifications(world);
    describeAudit(world);
    describeTokens(world);
    describeMinting(world);
    describePruning(world);
    describeSealed(world);
    describeLife(world);
    more?.(world);
  });
}

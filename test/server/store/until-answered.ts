import { StoreError } from '../../../packages/server/src/store/store.ts';

/** A broken connection is noticed at its next use, once per connection at most. */
export async function untilAnswered(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof StoreError) || attempt === 20) throw error;
    }
  }
}

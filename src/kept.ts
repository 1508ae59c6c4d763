import { withKeys } from './crypto/with-keys.ts';
import { createBatcher, type BatchOptions, type Batcher } from './db/batch.ts';
import type { App, Commit } from './platform.ts';

/**
 * What an app keeps in memory: the batches of its verbs, and its one instance of each thing that a feature made.
 * Disposing it waits for the last batch, then releases the things.
 */
export interface Kept extends Pick<App, 'batched' | 'single'>, AsyncDisposable {}

export function createKept(app: () => App): Kept {
  const batchers = new Map<Commit<never, unknown>, Batcher<never, unknown>>();
  const singles = new Map<(app: App) => object, object>();
  return {
    batched<Item, Result>(commit: Commit<Item, Result>, options: BatchOptions) {
      let batcher = batchers.get(commit) as Batcher<Item, Result> | undefined;
      if (!batcher) {
        batcher = createBatcher<Item, Result>(
          async (items) => withKeys(app().keys, () => commit(app(), items)),
          options,
        );
        batchers.set(commit, batcher);
      }
      return batcher;
    },
    single<T extends object>(create: (app: App) => T): T {
      let one = singles.get(create) as T | undefined;
      if (!one) {
        one = create(app());
        singles.set(create, one);
      }
      return one;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...batchers.values()].map((batcher) => batcher.idle()));
      for (const one of singles.values()) await (one as Partial<AsyncDisposable>)[Symbol.asyncDispose]?.();
    },
  };
}

import { isOutage } from './outage.ts';

/** An item of a batch that failed by itself, and what with. */
export interface Failed<Item> {
  item: Item;
  error: unknown;
}

/**
 * Runs a batch. When it fails, it runs in halves, and those that fail in halves again, until what fails has failed
 * alone: one bad item of 500 is found in 18 runs.
 * @param run a rejection means that nothing of these items was done
 * @returns the items that failed
 * @throws as `run` when the database is away: nothing is wrong with any item then
 */
export async function isolate<Item>(
  items: readonly Item[],
  run: (items: readonly Item[]) => Promise<void>,
): Promise<Failed<Item>[]> {
  if (items.length === 0) return [];
  try {
    await run(items);
    return [];
  } catch (error) {
    if (isOutage(error)) throw error;
    if (items.length === 1) return [{ item: items[0]!, error }];
    const middle = items.length >> 1;
    const first = await isolate(items.slice(0, middle), run);
    return [...first, ...(await isolate(items.slice(middle), run))];
  }
}

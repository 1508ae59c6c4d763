import { and, eq, sql } from 'drizzle-orm';
import { CONFIG_CHANNEL } from '../bus/channels.ts';
import type { App } from '../platform.ts';
import { carriers, type CarrierRow } from './table.ts';

// A carrier with more of them repeats all.
const MAX_KEPT = 100;

/**
 * Keeps in a carrier's row, for as long as its configuration stays, that an id is several numbers': the process that
 * is called with receipts is another one than the worker that sees it.
 */
export async function keepRepeatedId(
  app: App,
  { accountId, id, config }: CarrierRow,
  repeated: string,
): Promise<void> {
  await app.db
    .update(carriers)
    .set({
      repeatedIds: sql`(array_append(array_remove(${carriers.repeatedIds}, ${repeated}), ${repeated}))[greatest(1, cardinality(${carriers.repeatedIds}) + 2 - ${MAX_KEPT}):]`,
    })
    .where(and(eq(carriers.accountId, accountId), eq(carriers.id, id), eq(carriers.config, config)));
  app.bus.publish([{ channel: CONFIG_CHANNEL, payload: accountId }]);
}

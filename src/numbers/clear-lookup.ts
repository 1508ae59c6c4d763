import { eq } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { numberLookupConfigs } from './table.ts';

/**
 * The account's numbers are looked up no longer, and its secrets are forgotten. Answers that were paid for
 * are kept until they expire.
 * @returns whether there was a lookup
 */
export async function clearNumberLookup(app: App, accountId: AccountId): Promise<boolean> {
  const cleared = await changeConfiguration(app, accountId, (tx) =>
    tx
      .delete(numberLookupConfigs)
      .where(eq(numberLookupConfigs.accountId, accountId))
      .returning({ accountId: numberLookupConfigs.accountId }),
  );
  return cleared.length > 0;
}

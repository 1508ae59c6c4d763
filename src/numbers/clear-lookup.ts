import { eq } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { Doer } from '../audit/actor.ts';
import type { App } from '../platform.ts';
import { numberLookupConfigs } from './table.ts';

/**
 * The account's numbers are looked up no longer, and its secrets are forgotten. Answers that were paid for
 * are kept until they expire.
 * @returns whether there was a lookup
 */
export async function clearNumberLookup(app: App, who: Doer): Promise<boolean> {
  const { accountId } = who;
  return changeConfiguration(app, who, 'number_lookup.clear', async (tx, act) => {
    act.on(accountId);
    const cleared = await tx
      .delete(numberLookupConfigs)
      .where(eq(numberLookupConfigs.accountId, accountId))
      .returning({ accountId: numberLookupConfigs.accountId });
    return cleared.length > 0;
  });
}

import { and, eq } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { AccountId } from '../ids.ts';
import { checkCountry } from '../numbers/country.ts';
import type { App } from '../platform.ts';
import { listRules, type KnownRule } from './rules.ts';
import { senderRules } from './table.ts';

/**
 * Forgets the account's own rule of a country; where there is none it is forgotten already.
 * @returns the built-in rule, which counts again; undefined when there is none: every sender is taken
 * @throws {InvalidInput}
 */
export async function clearSenderRule(
  app: App,
  accountId: AccountId,
  country: string,
): Promise<KnownRule | undefined> {
  checkCountry(country);
  await changeConfiguration(app, accountId, (tx) =>
    tx.delete(senderRules).where(and(eq(senderRules.accountId, accountId), eq(senderRules.country, country))),
  );
  return (await listRules(app, accountId, country))[0];
}

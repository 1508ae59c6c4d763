import { and, eq } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { Doer } from '../audit/actor.ts';
import { checkCountry } from '../numbers/country.ts';
import type { App } from '../platform.ts';
import { listRules, type KnownRule } from './rules.ts';
import { senderRules } from './table.ts';

/**
 * Forgets the account's own rule of a country; where there is none it is forgotten already.
 * @returns the built-in rule, which counts again; undefined when there is none: every sender is taken
 * @throws {InvalidInput}
 */
export async function clearSenderRule(app: App, who: Doer, country: string): Promise<KnownRule | undefined> {
  checkCountry(country);
  const { accountId } = who;
  await changeConfiguration(app, who, 'sender_rule.clear', async (tx, act) => {
    act.on(accountId, { country });
    const one = and(eq(senderRules.accountId, accountId), eq(senderRules.country, country));
    await tx.delete(senderRules).where(one);
  });
  return (await listRules(app, accountId, country))[0];
}

import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { checkCountry } from '../numbers/country.ts';
import { listRegistrations } from './registrations.ts';
import { listRules, toSenderRules } from './rules.ts';
import { checkSender, type SenderVerdict } from './verdict.ts';

/**
 * Whether a country's networks take a sender now, by the rules and registrations of the account.
 * @throws {InvalidInput}
 */
export async function judgeSender(
  app: App,
  accountId: AccountId,
  country: string,
  sender: string,
): Promise<SenderVerdict> {
  checkCountry(country);
  const [rules, registrations] = await Promise.all([
    listRules(app, accountId, country),
    listRegistrations(app, accountId),
  ]);
  return checkSender(toSenderRules(rules), country, sender, registrations, app.clock());
}

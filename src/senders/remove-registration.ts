import { changeConfiguration } from '../accounts/change-configuration.ts';
import { InvalidInput } from '../errors.ts';
import type { AccountId } from '../ids.ts';
import { checkCountry } from '../numbers/country.ts';
import type { App } from '../platform.ts';
import { isText } from '../services/settings.ts';
import { isRegistration } from './registrations.ts';
import { senderRegistrations } from './table.ts';
import type { Registration } from './verdict.ts';

/** Forgets a registration. @returns whether it was there @throws {InvalidInput} */
export async function removeRegistration(
  app: App,
  accountId: AccountId,
  one: Omit<Registration, 'validUntil'>,
): Promise<boolean> {
  checkCountry(one.country);
  for (const field of ['sender', 'register'] as const)
    if (!isText(one[field])) throw new InvalidInput(field, `A ${field} has no control characters.`);
  const removed = await changeConfiguration(app, accountId, (tx) =>
    tx
      .delete(senderRegistrations)
      .where(isRegistration(accountId, one))
      .returning({ sender: senderRegistrations.sender }),
  );
  return removed.length > 0;
}

import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { AccountId } from '../ids.ts';
import { checkCountry } from '../numbers/country.ts';
import type { App } from '../platform.ts';
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
  const removed = await changeConfiguration(app, accountId, (tx) =>
    tx
      .delete(senderRegistrations)
      .where(isRegistration(accountId, one))
      .returning({ sender: senderRegistrations.sender }),
  );
  return removed.length > 0;
}

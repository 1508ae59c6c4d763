import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { Doer } from '../audit/actor.ts';
import { InvalidInput } from '../errors.ts';
import { checkCountry } from '../numbers/country.ts';
import type { App } from '../platform.ts';
import { isText } from '../services/settings.ts';
import { isRegistration } from './registrations.ts';
import { senderRegistrations } from './table.ts';
import type { Registration } from './verdict.ts';

/** Forgets a registration. @returns whether it was there @throws {InvalidInput} */
export async function removeRegistration(
  app: App,
  who: Doer,
  one: Omit<Registration, 'validUntil'>,
): Promise<boolean> {
  checkCountry(one.country);
  for (const field of ['sender', 'register'] as const)
    if (!isText(one[field])) throw new InvalidInput(field, `A ${field} has no control characters.`);
  return changeConfiguration(app, who, 'sender_registration.remove', async (tx, act) => {
    const removed = await tx
      .delete(senderRegistrations)
      .where(isRegistration(app, who.accountId, one))
      .returning({ register: senderRegistrations.register });
    // What was there came from our own tables; what was not may be anything.
    act.on(who.accountId, removed[0] && { country: one.country, ...removed[0] });
    return removed.length > 0;
  });
}

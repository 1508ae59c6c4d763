import { countSearch } from '../accounts/count-search.ts';
import { modeOf, type Principal } from '../accounts/principal.ts';
import { and, eq } from 'drizzle-orm';
import { doNoted } from '../audit/act.ts';
import type { ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { findService } from '../services/directory.ts';
import { ServiceNotFound } from './errors.ts';
import { destinationOf, parsePhone } from './phone.ts';
import { destinations } from './table.ts';

/**
 * Forgets the wrong checks of a destination, so that it can be verified again. As it tells whether there were any, it
 * counts as a search.
 * @returns whether there were any
 * @throws {InvalidPhoneNumber | ServiceNotFound | TooManySearches}
 */
export async function unlockDestination(
  app: App,
  who: Principal,
  input: { to: string; serviceId?: ServiceId | undefined },
): Promise<boolean> {
  const service = await findService(app, who.accountId, input.serviceId);
  if (!service) throw new ServiceNotFound();
  const phone = parsePhone(input.to, service.settings.defaultCountry);
  await countSearch(app, who);
  const destination = destinationOf(app.keys, who.accountId, phone.e164, modeOf(who));
  const one = and(
    eq(destinations.accountId, who.accountId),
    eq(destinations.serviceId, service.id),
    eq(destinations.destination, destination),
  );
  return app.db.transaction((tx) =>
    doNoted(tx, who, 'destination.unlock', app.clock(), async (act) => {
      const [before] = await tx.select().from(destinations).where(one).for('update');
      // The number itself has no place in the log; who may see it finds it by its verification.
      act.on(before?.latestVerificationId ?? [], { service: service.id });
      if (!before?.failedChecks) return false;
      await tx.update(destinations).set({ failedChecks: 0 }).where(one);
      return true;
    }),
  );
}

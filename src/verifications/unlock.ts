import { modeOf, type Principal } from '../accounts/principal.ts';
import type { ServiceId } from '../ids.ts';
import { uuidOf } from '../ids.ts';
import type { App } from '../platform.ts';
import { findService } from '../services/directory.ts';
import { ServiceNotFound } from './errors.ts';
import { destinationOf, parsePhone } from './phone.ts';

/**
 * Forgets the wrong checks of a destination, so that it can be verified again.
 * @returns whether there were any
 * @throws {InvalidPhoneNumber | ServiceNotFound}
 */
export async function unlockDestination(
  app: App,
  who: Principal,
  input: { to: string; serviceId?: ServiceId | undefined },
): Promise<boolean> {
  const service = await findService(app, who.accountId, input.serviceId);
  if (!service) throw new ServiceNotFound();
  const phone = parsePhone(input.to, service.settings.defaultCountry);
  const destination = destinationOf(app.keys, who.accountId, phone.e164, modeOf(who));
  const { count } = await app.sql`
    UPDATE destinations SET failed_checks = 0
    WHERE account_id = ${uuidOf(who.accountId)} AND service_id = ${uuidOf(service.id)}
      AND destination = ${destination} AND failed_checks > 0`;
  return count > 0;
}

import type { Mode } from '../accounts/mode.ts';
import type { AccountId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { findService } from '../services/directory.ts';
import { destinationOf } from '../verifications/phone.ts';
import { numbersIn } from './numbers-in.ts';

interface Whose {
  accountId: AccountId;
  serviceId: ServiceId;
  mode: Mode;
}

/** The blind indexes of the numbers in a name, by which it is found when one of them is erased or exported. */
export async function subjectsIn(app: App, whose: Whose, name: string): Promise<Buffer[]> {
  const { accountId, serviceId, mode } = whose;
  const service = await findService(app, accountId, serviceId);
  const numbers = numbersIn(name, service?.settings.defaultCountry ?? null);
  return numbers.map((e164) => destinationOf(app.keys, accountId, e164, mode));
}

import { bySystem } from '../audit/actor.ts';
import { newId } from '../crypto/new-id.ts';
import type { AccountId, CarrierId } from '../ids.ts';
import type { Secrets } from '../outgoing/secrets.ts';
import type { App } from '../platform.ts';
import type { CarrierConfigInput } from './config.ts';
import type { CarrierInput } from './input.ts';
import { makeCarrier, saveCarrier } from './save-carrier.ts';

export interface NewCarrier extends Omit<CarrierInput, 'enabled'> {
  /** Unique in the account: connecting a name again replaces all but its id and whether it is enabled. */
  name: string;
  config: CarrierConfigInput;
  secrets: Secrets;
}

/**
 * Adds a carrier, or replaces the one of that name: for a program that may run again, as a seed does.
 * @throws {CarrierOutsideResidency | InvalidInput} the latter names the field by its path
 */
export async function connectCarrier(app: App, accountId: AccountId, input: NewCarrier): Promise<CarrierId> {
  const which = { name: input.name.trim() };
  const { id } = await saveCarrier(app, bySystem(accountId), 'carrier.connect', which, (before) => {
    if (!before) return makeCarrier(app, { accountId, id: newId('car', app.clock()) }, input);
    const { createdAt, enabled } = before;
    return { ...makeCarrier(app, before, input), createdAt, enabled };
  });
  return id;
}

import type { Doer } from '../audit/actor.ts';
import { newId } from '../crypto/new-id.ts';
import { withKeys } from '../crypto/with-keys.ts';
import { InvalidInput } from '../errors.ts';
import type { App } from '../platform.ts';
import { given, readMembers, type CarrierInput } from './input.ts';
import { checkTargets } from './check-targets.ts';
import type { CarrierKindName } from './kinds.ts';
import { makeCarrier, saveCarrier } from './save-carrier.ts';
import type { CarrierRow } from './table.ts';

/** Adds a carrier; every worker follows at once. @throws {CarrierOutsideResidency | InvalidInput | NameTaken} */
export async function addCarrier(
  app: App,
  who: Doer,
  kind: CarrierKindName,
  input: CarrierInput,
): Promise<CarrierRow> {
  const id = newId('car', app.clock());
  const whole = { ...input, config: { kind, ...given(readMembers(input.config)) } };
  const row = await withKeys(app.keys, () => makeCarrier(app, { accountId: who.accountId, id }, whole));
  if (row.config.kind !== kind)
    throw new InvalidInput('config.kind', `This mutation connects ${kind} carriers.`);
  checkTargets(app, row.config);
  return saveCarrier(app, who, 'carrier.connect', { id }, () => row);
}

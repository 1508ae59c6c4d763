import { readRegion } from '../accounts/region.ts';
import type { Doer } from '../audit/actor.ts';
import { InvalidInput, readName } from '../errors.ts';
import type { CarrierId } from '../ids.ts';
import { namesOf, readSecrets } from '../outgoing/secrets.ts';
import type { App } from '../platform.ts';
import { checkTargets } from './check-targets.ts';
import type { CarrierConfig, CarrierConfigInput } from './config.ts';
import { CarrierNotFound } from './errors.ts';
import { given, readConfig, readMembers, type CarrierInput } from './input.ts';
import { kindOf } from './kinds.ts';
import { saveCarrier } from './save-carrier.ts';
import { checkSecrets, openSecrets, sealSecrets } from './secrets.ts';
import { readSla } from './sla.ts';
import type { CarrierRow } from './table.ts';

/**
 * Changes a carrier; what is absent stays, a member of the configuration that is null goes back to its
 * default. Secrets that the configuration no longer names are forgotten.
 * @throws {CarrierNotFound | CarrierOutsideResidency | InvalidInput | NameTaken}
 */
export async function updateCarrier(
  app: App,
  who: Doer,
  id: CarrierId,
  input: CarrierInput,
): Promise<CarrierRow> {
  const make = (before: CarrierRow | undefined) => {
    if (!before) throw new CarrierNotFound();
    return {
      ...before,
      name: input.name === undefined ? before.name : readName(input.name),
      enabled: input.enabled ?? before.enabled,
      region: input.region === undefined ? before.region : readRegion(input.region),
      senderRules: input.senderRules ?? before.senderRules,
      sla: input.sla === undefined ? before.sla : readSla(input.sla),
      ...changeAccess(app, before, input),
    };
  };
  return saveCarrier(app, who, 'carrier.update', { id }, make, { isEnabling: input.enabled === true });
}

/** How the carrier is reached: its configuration and the secrets that this names change together. */
function changeAccess(
  app: App,
  before: CarrierRow,
  input: CarrierInput,
): Pick<CarrierRow, 'config' | 'secretsSealed' | 'receiptIdForm' | 'repeatedIds'> {
  const { secretsSealed, receiptIdForm, repeatedIds } = before;
  if (input.config === undefined && input.typed === undefined && input.secrets === undefined)
    return { config: before.config, secretsSealed, receiptIdForm, repeatedIds };
  const config = changeConfig(before.config, input);
  checkTargets(app, config, { root: input.typed?.kind, before: before.config });
  const named = namesOf(kindOf(config).secretsOf(config));
  const old = openSecrets(app.keys, before, secretsSealed);
  const kept = Object.fromEntries(Object.entries(old).filter(([name]) => named.has(name)));
  const secrets = { ...kept, ...readSecrets(input.secrets) };
  checkSecrets(config, secrets);
  const sealed = sealSecrets(app.keys, before, secrets);
  return { config, secretsSealed: sealed, receiptIdForm: null, repeatedIds: [] };
}

function changeConfig(before: CarrierConfig, { config, typed }: CarrierInput): CarrierConfig {
  if (typed && (config !== undefined || before.kind !== typed.kind)) {
    const { protocol } = kindOf(typed).graphql;
    throw new InvalidInput(
      typed.kind,
      `It is for carriers over ${protocol}, and in the place of \`config\`.`,
    );
  }
  const change = readMembers(typed?.config ?? config ?? {});
  const after = readConfig(given({ ...before, ...change }) as CarrierConfigInput, typed?.kind);
  if (after.kind !== before.kind) throw new InvalidInput('config.kind', 'A carrier keeps its kind.');
  return after;
}

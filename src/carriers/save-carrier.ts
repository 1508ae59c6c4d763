import { and, eq, ne } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import { readRegion } from '../accounts/region.ts';
import { readResidency } from '../accounts/residency.ts';
import { changedIn } from '../audit/act.ts';
import type { AuditAction } from '../audit/actions.ts';
import type { Doer } from '../audit/actor.ts';
import { NameTaken, readName } from '../errors.ts';
import { withKeys } from '../crypto/with-keys.ts';
import type { AccountId, CarrierId } from '../ids.ts';
import { readSecrets } from '../outgoing/secrets.ts';
import type { App } from '../platform.ts';
import { checkResidency } from './check-residency.ts';
import type { CarrierConfigInput } from './config.ts';
import { readConfig, readMembers, type CarrierInput } from './input.ts';
import { kindOf } from './kinds.ts';
import { checkSecrets, sealSecrets } from './secrets.ts';
import { readSla } from './sla.ts';
import { carriers, type CarrierRow } from './table.ts';

/** A whole carrier of what came from outside. @throws {InvalidInput} that names the field by its path */
export function makeCarrier(
  app: App,
  { accountId, id }: { accountId: AccountId; id: CarrierId },
  input: CarrierInput,
): CarrierRow {
  const config = readConfig(readMembers(input.config) as CarrierConfigInput);
  const secrets = readSecrets(input.secrets);
  checkSecrets(config, secrets);
  return {
    accountId,
    id,
    name: readName(input.name ?? ''),
    config,
    secretsSealed: sealSecrets(app.keys, { accountId, id }, secrets),
    region: readRegion(input.region ?? null),
    senderRules: input.senderRules ?? 'check',
    sla: readSla(input.sla ?? null),
    receiptIdForm: null,
    repeatedIds: [],
    enabled: input.enabled ?? true,
    createdAt: new Date(app.clock()),
  };
}

/**
 * Writes what `make` makes of a carrier; nobody changes the account's carriers meanwhile, and every
 * worker follows at once.
 * @param action what that is called in the audit log
 * @param more.isEnabling whether that is asked for, be it in use already or not
 * @throws {NameTaken | CarrierOutsideResidency}
 */
export async function saveCarrier(
  app: App,
  who: Doer,
  action: Extract<AuditAction, `carrier.${string}`>,
  which: { id: CarrierId } | { name: string },
  make: (before: CarrierRow | undefined) => CarrierRow,
  { isEnabling = false }: { isEnabling?: boolean } = {},
): Promise<CarrierRow> {
  const ours = eq(carriers.accountId, who.accountId);
  const one = 'id' in which ? eq(carriers.id, which.id) : eq(carriers.name, which.name);
  const save = () =>
    changeConfiguration(app, who, action, async (tx, act) => {
      const [before] = await tx.select().from(carriers).where(and(ours, one));
      const row = make(before);
      // Renamed, or taken out of use, it may be wherever it is.
      const isNews =
        !before ||
        isEnabling ||
        before.region !== row.region ||
        kindOf(before.config).addressOf(before.config) !== kindOf(row.config).addressOf(row.config);
      if (isNews) checkResidency(await readResidency(tx, who.accountId), row.region);
      const same = and(ours, eq(carriers.name, row.name), ne(carriers.id, row.id));
      if ((await tx.select({ id: carriers.id }).from(carriers).where(same)).length > 0) throw new NameTaken();
      const target = [carriers.accountId, carriers.id];
      await tx.insert(carriers).values(row).onConflictDoUpdate({ target, set: row });
      act.on(row.id, before && changedIn(before, row));
      return row;
    });
  return withKeys(app.keys, save);
}

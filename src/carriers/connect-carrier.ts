import { and, eq } from 'drizzle-orm';
import { CONFIG_CHANNEL } from '../bus/channels.ts';
import { isRegion, REGION_RULE } from '../accounts/region.ts';
import { newId } from '../crypto/new-id.ts';
import { InvalidInput } from '../errors.ts';
import type { AccountId, CarrierId } from '../ids.ts';
import type { App } from '../platform.ts';
import { CarrierConfig, type CarrierConfigInput } from './config.ts';
import { configProblem } from './config-problem.ts';
import { checkSecrets, sealSecrets, type Secrets } from './secrets.ts';
import { carriers } from './table.ts';

export interface NewCarrier {
  /** Unique in the account: connecting a name again replaces its configuration. */
  name: string;
  config: CarrierConfigInput;
  /** By name; SMPP has one, `password`. */
  secrets: Secrets;
  /** Where its messages leave, e.g. `EU`; without it the carrier is closed to accounts with a residency. */
  region?: string | null;
  /** Whether each country's sender rules are checked before a message goes this way; default `off`. */
  senderRules?: 'check' | 'off';
}

/**
 * Adds a carrier, or changes the one of that name; every worker follows at once.
 * @throws {InvalidInput} that names the field by its path
 */
export async function connectCarrier(app: App, accountId: AccountId, input: NewCarrier): Promise<CarrierId> {
  const config = readConfig(input.config);
  checkSecrets(config, input.secrets);
  const { senderRules = 'off' } = input;
  const region = readRegion(input.region ?? null);
  const [known] = await app.db
    .select({ id: carriers.id })
    .from(carriers)
    .where(and(eq(carriers.accountId, accountId), eq(carriers.name, input.name)));
  const id = known?.id ?? newId('car', app.clock());
  const secretsSealed = sealSecrets(app.keys, { accountId, id }, input.secrets);
  await app.db
    .insert(carriers)
    .values({
      accountId,
      id,
      name: input.name,
      config,
      secretsSealed,
      region,
      senderRules,
      createdAt: new Date(app.clock()),
    })
    .onConflictDoUpdate({
      target: [carriers.accountId, carriers.id],
      set: { config, secretsSealed, region, senderRules, receiptIdForm: null },
    });
  app.bus.publish([{ channel: CONFIG_CHANNEL, payload: accountId }]);
  return id;
}

/** @throws {InvalidInput} */
export function readRegion(region: string | null): string | null {
  if (region !== null && !isRegion(region)) throw new InvalidInput('region', REGION_RULE);
  return region;
}

/** @throws {InvalidInput} that names the field by its path */
export function readConfig(input: CarrierConfigInput, field = 'config'): CarrierConfig {
  const read = CarrierConfig.safeParse(input);
  if (read.success) return read.data;
  const { path, message } = configProblem(read.error, field);
  throw new InvalidInput(path, `${message}.`);
}

import { and, eq, ne } from 'drizzle-orm';
import { z } from 'zod';
import { lockConfiguration } from '../accounts/lock-configuration.ts';
import type { Principal } from '../accounts/principal.ts';
import { CONFIG_CHANNEL } from '../bus/channels.ts';
import { newId } from '../crypto/new-id.ts';
import { InvalidInput, NameTaken, readName } from '../errors.ts';
import type { CarrierId } from '../ids.ts';
import type { App } from '../platform.ts';
import { readConfig, readRegion } from './connect-carrier.ts';
import type { CarrierConfig, CarrierConfigInput } from './config.ts';
import { CarrierNotFound } from './errors.ts';
import { checkSecrets, openSecrets, sealSecrets, secretsOf, type Secrets } from './secrets.ts';
import { readSla, type SlaInput } from './sla.ts';
import { carriers } from './table.ts';

export type CarrierRow = typeof carriers.$inferSelect;

/** As it came from outside: nothing of it is known to be right. */
export interface CarrierInput {
  name?: string | undefined;
  config?: unknown;
  secrets?: unknown;
  enabled?: boolean | undefined;
  /** Null: not known. */
  region?: string | null | undefined;
  senderRules?: CarrierRow['senderRules'] | undefined;
  /** Null: nothing is promised. */
  sla?: SlaInput | null | undefined;
}

const Members = z.record(z.string(), z.unknown());
const SecretTexts = z.record(z.string(), z.string());

/** Adds a carrier; every worker follows at once. @throws {InvalidInput | NameTaken} */
export async function addCarrier(
  app: App,
  who: Principal,
  kind: CarrierConfig['kind'],
  input: CarrierInput,
): Promise<CarrierRow> {
  const now = app.clock();
  const owner = { accountId: who.accountId, id: newId('car', now) };
  const config = readConfig({ kind, ...readMembers(input.config) } as CarrierConfigInput);
  if (config.kind !== kind) throw new InvalidInput('config.kind', `This mutation connects ${kind} carriers.`);
  const secrets = readSecrets(input.secrets);
  checkSecrets(config, secrets);
  const secretsSealed = sealSecrets(app.keys, owner, secrets);
  const name = readName(input.name ?? '');
  const { senderRules = 'off' } = input;
  const region = readRegion(input.region ?? null);
  const sla = readSla(input.sla ?? null);
  const createdAt = new Date(now);
  const row = { ...owner, name, config, secretsSealed, region, senderRules, sla, enabled: true, createdAt };
  await app.db.transaction(async (tx) => {
    await lockConfiguration(tx, who.accountId);
    const same = and(eq(carriers.accountId, who.accountId), eq(carriers.name, name));
    if ((await tx.select({ id: carriers.id }).from(carriers).where(same)).length > 0) throw new NameTaken();
    await tx.insert(carriers).values(row);
  });
  app.bus.publish([{ channel: CONFIG_CHANNEL, payload: who.accountId }]);
  return row;
}

/**
 * Changes a carrier; what is absent stays, a member of the configuration that is null goes back to its
 * default. Secrets that the configuration no longer names are forgotten.
 * @throws {CarrierNotFound | InvalidInput | NameTaken}
 */
export async function updateCarrier(
  app: App,
  who: Principal,
  id: CarrierId,
  input: CarrierInput,
): Promise<CarrierRow> {
  const one = and(eq(carriers.accountId, who.accountId), eq(carriers.id, id));
  const updated = await app.db.transaction(async (tx) => {
    await lockConfiguration(tx, who.accountId);
    const [before] = await tx.select().from(carriers).where(one);
    if (!before) throw new CarrierNotFound();
    const after = {
      ...before,
      enabled: input.enabled ?? before.enabled,
      region: input.region === undefined ? before.region : readRegion(input.region),
      senderRules: input.senderRules ?? before.senderRules,
      sla: input.sla === undefined ? before.sla : readSla(input.sla),
    };
    if (input.name !== undefined) {
      after.name = readName(input.name);
      const same = and(
        eq(carriers.accountId, who.accountId),
        eq(carriers.name, after.name),
        ne(carriers.id, id),
      );
      if ((await tx.select({ id: carriers.id }).from(carriers).where(same)).length > 0) throw new NameTaken();
    }
    if (input.config !== undefined || input.secrets !== undefined) {
      after.config = changeConfig(before.config, readMembers(input.config ?? {}));
      const named = new Set(secretsOf(after.config).map(({ name }) => name));
      const old = openSecrets(app.keys, before, before.secretsSealed);
      const kept = Object.fromEntries(Object.entries(old).filter(([name]) => named.has(name)));
      const secrets = { ...kept, ...readSecrets(input.secrets ?? {}) };
      checkSecrets(after.config, secrets);
      after.secretsSealed = sealSecrets(app.keys, before, secrets);
    }
    await tx.update(carriers).set(after).where(one);
    return after;
  });
  app.bus.publish([{ channel: CONFIG_CHANNEL, payload: who.accountId }]);
  return updated;
}

function changeConfig(before: CarrierConfig, change: Record<string, unknown>): CarrierConfig {
  const members = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null);
  const after = readConfig(Object.fromEntries(members) as CarrierConfigInput);
  if (after.kind !== before.kind) throw new InvalidInput('config.kind', 'A carrier keeps its kind.');
  return after;
}

function readMembers(config: unknown): Record<string, unknown> {
  const read = Members.safeParse(config);
  if (!read.success) throw new InvalidInput('config', 'A configuration is a JSON object.');
  return read.data;
}

function readSecrets(secrets: unknown): Secrets {
  const read = SecretTexts.safeParse(secrets ?? {});
  if (!read.success) throw new InvalidInput('secrets', 'Secrets are a JSON object of texts by name.');
  return read.data;
}

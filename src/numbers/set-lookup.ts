import { isDeepStrictEqual } from 'node:util';
import { eq } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import { readResidency } from '../accounts/residency.ts';
import { checkCurrency } from '../accounts/currency.ts';
import { withKeys } from '../crypto/with-keys.ts';
import { changedIn } from '../audit/act.ts';
import type { Doer } from '../audit/actor.ts';
import { checkHost } from '../outgoing/check-host.ts';
import { rulesOf } from '../outgoing/http/rules.ts';
import { splitUrl } from '../outgoing/http/url.ts';
import { checkNamed, readSecrets } from '../outgoing/secrets.ts';
import type { App } from '../platform.ts';
import { readInput } from '../read-input.ts';
import { NumberLookupOutsideResidency } from './errors.ts';
import { NumberLookupConfig } from './lookup-config.ts';
import type { LookupRow } from './lookup-directory.ts';
import { openLookupSecrets, sealLookupSecrets, secretsOfLookup } from './lookup-secrets.ts';
import { numberLookupConfigs } from './table.ts';

/** As it came from outside: nothing of it is known to be right. */
export interface LookupInput {
  config?: unknown;
  /** Absent: those that are set already stay, as far as the configuration names them. */
  secrets?: unknown;
  /** Of the price. */
  currency?: string | null | undefined;
}

/**
 * From now on the account's numbers are looked up there; every worker follows at once. What was answered
 * before counts on, unless it was read in another way.
 * @throws {NumberLookupOutsideResidency | InvalidInput} the latter names the field by its path
 */
export async function setNumberLookup(app: App, who: Doer, input: LookupInput): Promise<LookupRow> {
  const { accountId } = who;
  const config = readInput(NumberLookupConfig, input.config, 'config');
  const { origin } = splitUrl(config.request.url);
  checkHost('config.request.url', origin.hostname, rulesOf(origin, app.networks));
  await checkCurrency(app, accountId, input.currency);
  const save = () =>
    changeConfiguration(app, who, 'number_lookup.set', async (tx, act) => {
      const residency = await readResidency(tx, accountId);
      if (residency !== null && config.region !== residency)
        throw new NumberLookupOutsideResidency(residency, config.region);
      const ours = eq(numberLookupConfigs.accountId, accountId);
      const [before] = await tx.select().from(numberLookupConfigs).where(ours);
      const named = secretsOfLookup(config);
      const secrets = { ...(before ? keptOf(app, before, named) : {}), ...readSecrets(input.secrets) };
      checkNamed(named, secrets);
      // Each one later than the last: that is how workers see that it changed.
      const now = new Date(Math.max(app.clock(), (before?.updatedAt.getTime() ?? 0) + 1));
      const isReadAlike =
        before !== undefined &&
        isDeepStrictEqual(before.config.answer, config.answer) &&
        before.config.request.url === config.request.url;
      const set = {
        config,
        secretsSealed: sealLookupSecrets(app.keys, accountId, secrets),
        rulesSince: isReadAlike ? before.rulesSince : now,
        updatedAt: now,
      };
      await tx
        .insert(numberLookupConfigs)
        .values({ accountId, ...set })
        .onConflictDoUpdate({ target: numberLookupConfigs.accountId, set });
      act.on(accountId, before && changedIn<object>(before.config, config));
      return { accountId, ...set };
    });
  return withKeys(app.keys, save);
}

function keptOf(app: App, before: LookupRow, named: readonly { name: string }[]): Record<string, string> {
  const old = openLookupSecrets(app.keys, before.accountId, before.secretsSealed);
  return Object.fromEntries(Object.entries(old).filter(([name]) => named.some((one) => one.name === name)));
}

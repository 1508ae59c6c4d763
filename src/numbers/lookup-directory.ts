import { createAccountCache } from '../accounts/cache.ts';
import { createResidencyDirectory } from '../accounts/residency.ts';
import { withKeys } from '../crypto/with-keys.ts';
import type { AccountId } from '../ids.ts';
import type { Secrets } from '../outgoing/secrets.ts';
import type { App } from '../platform.ts';
import { residencyProblem } from '../routing/residency.ts';
import { createHttpLookup } from './http-lookup.ts';
import { openLookupSecrets } from './lookup-secrets.ts';
import type { NumberLookup } from './lookup.ts';
import { NumberLookupConfig } from './lookup-config.ts';
import type { numberLookupConfigs } from './table.ts';

export type LookupRow = typeof numberLookupConfigs.$inferSelect;

export interface OpenLookup {
  lookup: NumberLookup;
  config: NumberLookupConfig;
  /** Why it must not be asked, whatever its state: the account's numbers would leave their region. */
  barrier: string | undefined;
  /** Epoch milliseconds: names the rules that answers are read by. */
  rulesSince: number;
}

type Opened = Omit<OpenLookup, 'barrier'> & { updatedAt: number };

/** The lookups of the accounts that have one, kept open in this process. */
export interface LookupDirectory extends AsyncDisposable {
  of(accountId: AccountId): Promise<OpenLookup | undefined>;
}

export function createLookupDirectory(app: App): LookupDirectory {
  const rows = createAccountCache(app, readWithSecrets);
  const open = new Map<AccountId, Opened>();

  function follow(accountId: AccountId, read: WithSecrets | undefined): Opened | undefined {
    const row = read?.row;
    const known = open.get(accountId);
    if (known?.updatedAt === row?.updatedAt.getTime()) return known;
    known?.lookup.close();
    open.delete(accountId);
    if (!read || !row) return undefined;
    try {
      const config = NumberLookupConfig.parse(row.config);
      const secrets = read.secrets();
      const { networks, clock, random } = app;
      const lookup = createHttpLookup({ config, secrets, networks, clock, random });
      const rulesSince = row.rulesSince.getTime();
      const opened = { lookup, config, rulesSince, updatedAt: row.updatedAt.getTime() };
      open.set(accountId, opened);
      return opened;
    } catch (error) {
      // A key that is missing or a row that cannot be read: messages go without a lookup.
      app.log.error({ accountId, err: error }, 'number lookup cannot be opened');
      return undefined;
    }
  }

  return {
    async of(accountId) {
      const open = follow(accountId, await rows.of(accountId));
      if (!open) return undefined;
      const { residency } = await app.single(createResidencyDirectory).of(accountId);
      return { ...open, barrier: residencyProblem(residency, open.config.region, 'the lookup') };
    },
    async [Symbol.asyncDispose]() {
      for (const { lookup } of open.values()) lookup.close();
      await rows[Symbol.asyncDispose]();
    },
  };
}

interface WithSecrets {
  row: LookupRow;
  /** @throws what opening them threw */
  secrets: () => Secrets;
}

async function readWithSecrets(app: App, accountId: AccountId): Promise<WithSecrets | undefined> {
  const row = await readLookupRow(app, accountId);
  if (!row) return undefined;
  try {
    const secrets = await withKeys(app.keys, () => openLookupSecrets(app.keys, accountId, row.secretsSealed));
    return { row, secrets: () => secrets };
  } catch (error) {
    return {
      row,
      secrets: () => {
        throw error;
      },
    };
  }
}

export async function readLookupRow(app: App, accountId: AccountId): Promise<LookupRow | undefined> {
  return app.db.query.numberLookupConfigs.findFirst({ where: { accountId } });
}

import { eq } from 'drizzle-orm';
import type { Doer } from '../audit/actor.ts';
import type { DbTransaction } from '../db/client.ts';
import { InvalidInput } from '../errors.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { changeConfiguration } from './change-configuration.ts';
import { accounts, type AccountRow } from './table.ts';

/** Of all prices of the account, ISO 4217. */
export async function readCurrency(app: App, accountId: AccountId): Promise<string> {
  const [row] = await app.db
    .select({ currency: accounts.currency })
    .from(accounts)
    .where(eq(accounts.id, accountId));
  if (!row) throw new Error(`no account ${accountId}`);
  return row.currency;
}

/**
 * From now on the account's prices are in this currency; what is written down already is not converted.
 * @param isPriced whether there are prices by now that would change their meaning: then it is refused
 * @throws {InvalidInput}
 */
export async function setCurrency(
  app: App,
  who: Doer,
  currency: string,
  isPriced: (tx: DbTransaction) => Promise<boolean>,
): Promise<AccountRow> {
  if (!Intl.supportedValuesOf('currency').includes(currency))
    throw new InvalidInput('currency', 'A currency is three capital letters (ISO 4217), e.g. EUR.');
  const { accountId } = who;
  return changeConfiguration(app, who, 'account.set_currency', async (tx, act) => {
    act.on(accountId, { currency });
    const ours = eq(accounts.id, accountId);
    const [before] = await tx.select().from(accounts).where(ours);
    if (!before) throw new Error(`no account ${accountId}`);
    if (before.currency === currency) return before;
    if (await isPriced(tx))
      throw new InvalidInput(
        'currency',
        `Routes have prices in ${before.currency}, and nothing is converted: take the prices away first.`,
      );
    await tx.update(accounts).set({ currency }).where(ours);
    return { ...before, currency };
  });
}

/**
 * A price can say which currency it is in: then it must be that of the account.
 * @throws {InvalidInput}
 */
export async function checkCurrency(
  app: App,
  accountId: AccountId,
  currency: string | null | undefined,
): Promise<void> {
  if (currency === null || currency === undefined) return;
  const ours = await readCurrency(app, accountId);
  if (currency !== ours)
    throw new InvalidInput('currency', `Prices of this account are in ${ours}: nothing is converted.`);
}

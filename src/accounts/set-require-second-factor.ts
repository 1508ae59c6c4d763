import { eq } from 'drizzle-orm';
import type { Doer } from '../audit/actor.ts';
import type { App } from '../platform.ts';
import { changeConfiguration } from './change-configuration.ts';
import { accounts, type AccountRow } from './table.ts';

/** Whether people need a second factor to do anything in the account. Whoever calls this announces it to them. */
export async function setRequireSecondFactor(app: App, who: Doer, required: boolean): Promise<AccountRow> {
  const { accountId } = who;
  return changeConfiguration(app, who, 'account.set_require_second_factor', async (tx, act) => {
    const ours = eq(accounts.id, accountId);
    const set = { requireSecondFactor: required };
    const [account] = await tx.update(accounts).set(set).where(ours).returning();
    if (!account) throw new Error(`no account ${accountId}`);
    act.on(accountId, { required });
    return account;
  });
}

import { eq } from 'drizzle-orm';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createAccountCache, type AccountCache } from './cache.ts';
import { accounts } from './table.ts';

/** The region that each account's messages must not leave: the dispatcher asks for every message. */
export function createResidencyDirectory(app: App): AccountCache<{ residency: string | null }> {
  return createAccountCache(app, (accountId) => readResidency(app, accountId));
}

/** @throws when there is no such account: without the answer nothing may be sent */
async function readResidency(app: App, accountId: AccountId): Promise<{ residency: string | null }> {
  const [row] = await app.db
    .select({ residency: accounts.residency })
    .from(accounts)
    .where(eq(accounts.id, accountId));
  if (!row) throw new Error(`no account ${accountId}`);
  return row;
}

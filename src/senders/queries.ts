import { and, arrayContains, asc, eq, gt } from 'drizzle-orm';
import type { AccountId, SenderId } from '../ids.ts';
import type { App } from '../platform.ts';
import { openSender, type Sender } from './sealed.ts';
import { senders } from './table.ts';
import type { OwnSender } from './usable.ts';

/** All senders of an account, oldest first, as far as they are judged by. */
export async function listOwnSenders(app: App, accountId: AccountId): Promise<OwnSender[]> {
  const ours = eq(senders.accountId, accountId);
  const rows = await app.db.select().from(senders).where(ours).orderBy(senders.id);
  return Promise.all(rows.map((row) => openSender(app, row)));
}

/** A page of an account's senders, oldest first. */
export async function pageSenders(
  app: App,
  accountId: AccountId,
  { pool, after, limit }: { pool: string | undefined; after: SenderId | undefined; limit: number },
): Promise<Sender[]> {
  const rows = await app.db
    .select()
    .from(senders)
    .where(
      and(
        eq(senders.accountId, accountId),
        pool === undefined ? undefined : arrayContains(senders.pools, [pool]),
        after === undefined ? undefined : gt(senders.id, after),
      ),
    )
    .orderBy(asc(senders.id))
    .limit(limit);
  return Promise.all(rows.map((row) => openSender(app, row)));
}

/** Whether a pool has any sender, used or not. */
export async function hasPool(app: App, accountId: AccountId, pool: string): Promise<boolean> {
  return (await pageSenders(app, accountId, { pool, after: undefined, limit: 1 })).length > 0;
}

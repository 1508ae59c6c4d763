import { and, eq } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import type { AccountId } from '../ids.ts';
import { services } from './table.ts';

type Transaction = Parameters<Parameters<Db['transaction']>[0]>[0];

/** An account has one default service: the one it had until now steps back. */
export async function makeRoomForDefault(tx: Transaction, accountId: AccountId): Promise<void> {
  await tx
    .update(services)
    .set({ isDefault: false })
    .where(and(eq(services.accountId, accountId), services.isDefault));
}

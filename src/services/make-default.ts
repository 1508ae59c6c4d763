import { and, eq } from 'drizzle-orm';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId } from '../ids.ts';
import { services } from './table.ts';

/** An account has one default service: the one it had until now steps back. */
export async function makeRoomForDefault(tx: DbTransaction, accountId: AccountId): Promise<void> {
  await tx
    .update(services)
    .set({ isDefault: false })
    .where(and(eq(services.accountId, accountId), services.isDefault));
}

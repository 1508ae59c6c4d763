import { and, eq } from 'drizzle-orm';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { senderRegistrations } from './table.ts';
import type { Registration } from './verdict.ts';

export type StoredRegistration = Registration & { references: Record<string, string> };

/** By country, sender and register. */
export async function listRegistrations(app: App, accountId: AccountId): Promise<StoredRegistration[]> {
  const rows = await app.db
    .select()
    .from(senderRegistrations)
    .where(eq(senderRegistrations.accountId, accountId))
    .orderBy(senderRegistrations.country, senderRegistrations.sender, senderRegistrations.register);
  return rows.map(({ country, sender, register, references, validUntil }) => ({
    country,
    sender,
    register,
    references,
    validUntil: validUntil?.getTime() ?? null,
  }));
}

/** The condition for one registration of an account. */
export function isRegistration(accountId: AccountId, one: Omit<Registration, 'validUntil'>) {
  return and(
    eq(senderRegistrations.accountId, accountId),
    eq(senderRegistrations.country, one.country),
    eq(senderRegistrations.sender, one.sender),
    eq(senderRegistrations.register, one.register),
  );
}

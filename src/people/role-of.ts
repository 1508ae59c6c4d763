import { and, eq } from 'drizzle-orm';
import type { Role } from '../accounts/roles.ts';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId, PersonId } from '../ids.ts';
import { members } from './table.ts';

/** What somebody is in an account, as a transaction sees it; undefined: they are not in it. */
export async function roleOf(
  tx: DbTransaction,
  { accountId, personId }: { accountId: AccountId; personId: PersonId },
): Promise<Role | undefined> {
  const [own] = await tx
    .select({ role: members.role })
    .from(members)
    .where(and(eq(members.accountId, accountId), eq(members.personId, personId)));
  return own?.role;
}

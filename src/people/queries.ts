import { asc, eq } from 'drizzle-orm';
import { findAccounts } from '../accounts/find-account.ts';
import type { Role } from '../accounts/roles.ts';
import type { AccountId, PersonId } from '../ids.ts';
import type { App } from '../platform.ts';
import { openPerson, type PersonalData } from './personal-data.ts';
import { members, people, personPasskeys } from './table.ts';

/** Somebody, as they see themselves. */
export interface Self extends PersonalData {
  id: PersonId;
  hasSecondFactor: boolean;
  createdAt: Date;
}

/** @throws when there is no such person: whoever asks is one */
export async function findSelf(app: App, personId: PersonId): Promise<Self> {
  const [row] = await app.db.select().from(people).where(eq(people.id, personId));
  if (!row) throw new Error(`no person ${personId}`);
  const { id, twoFactorEnabled, createdAt } = row;
  const hasSecondFactor = twoFactorEnabled || (await hasPasskey(app, personId));
  return { id, hasSecondFactor, createdAt, ...openPerson(app, row) };
}

export async function hasPasskey(app: App, personId: PersonId): Promise<boolean> {
  const [one] = await app.db
    .select({ id: personPasskeys.id })
    .from(personPasskeys)
    .where(eq(personPasskeys.personId, personId))
    .limit(1);
  return one !== undefined;
}

/** An account that somebody is in. */
export interface Membership {
  accountId: AccountId;
  accountName: string;
  role: Role;
}

/** The accounts that somebody is in, the one they have been in for longest first. */
export async function listMemberships(app: App, personId: PersonId): Promise<Membership[]> {
  const rows = await app.db
    .select({ accountId: members.accountId, role: members.role })
    .from(members)
    .where(eq(members.personId, personId))
    .orderBy(asc(members.id));
  const accounts = await findAccounts(
    app,
    rows.map(({ accountId }) => accountId),
  );
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  return rows.map((row) => ({ ...row, accountName: names.get(row.accountId)! }));
}

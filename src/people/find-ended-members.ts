import { and, inArray } from 'drizzle-orm';
import type { Permission } from '../accounts/permissions.ts';
import { ROLE_TABLE } from '../accounts/roles.ts';
import type { AccountId, PersonId } from '../ids.ts';
import type { App } from '../platform.ts';
import { members } from './table.ts';

export type MemberEnd = 'member_removed' | 'permission_lost';

/** Somebody in one of the accounts that they are, or were, in. */
export interface InAccount {
  accountId: AccountId;
  personId: PersonId;
}

export const nameOf = ({ accountId, personId }: InAccount): string => `${accountId} ${personId}`;

/**
 * Those who are no member of the account any more, or whose role there lacks a permission; by {@link nameOf}. Whoever has
 * only signed out is not among them.
 */
export async function findEndedMembers(
  app: App,
  people: readonly InAccount[],
  permission: Permission,
): Promise<Map<string, MemberEnd>> {
  if (people.length === 0) return new Map();
  const accountIds = [...new Set(people.map(({ accountId }) => accountId))];
  const personIds = [...new Set(people.map(({ personId }) => personId))];
  const rows = await app.db
    .select({ accountId: members.accountId, personId: members.personId, role: members.role })
    .from(members)
    .where(and(inArray(members.accountId, accountIds), inArray(members.personId, personIds)));
  const roles = new Map(rows.map((row) => [nameOf(row), row.role]));
  const ended = new Map<string, MemberEnd>();
  for (const person of people) {
    const role = roles.get(nameOf(person));
    if (!role) ended.set(nameOf(person), 'member_removed');
    else if (!ROLE_TABLE[role].permissions.has(permission)) ended.set(nameOf(person), 'permission_lost');
  }
  return ended;
}

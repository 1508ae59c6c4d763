import { and, count, eq } from 'drizzle-orm';
import { lockConfiguration } from '../accounts/lock-configuration.ts';
import type { PersonPrincipal, Principal } from '../accounts/principal.ts';
import { ROLE_TABLE, type Role } from '../accounts/roles.ts';
import { doNoted } from '../audit/act.ts';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId, MemberId, PersonId } from '../ids.ts';
import type { App } from '../platform.ts';
import { announcePeople } from './announce.ts';
import { MemberNotFound } from './errors.ts';
import { checkOwnerStays, checkReach } from './membership.ts';
import { revokeOfInviter } from './revoke-of-inviter.ts';
import { members, people, type MemberRow } from './table.ts';

/**
 * Gives a member another role, in every process at once: what they hold open in the account is closed.
 * @throws {MemberNotFound | RoleAboveOwn | LastOwner}
 */
export async function changeRole(app: App, who: Principal, id: MemberId, role: Role): Promise<MemberRow> {
  const { accountId } = who;
  const member = await app.db.transaction(async (tx) => {
    await lockConfiguration(tx, accountId);
    const before = await readMember(tx, accountId, id);
    checkReach(who, before.role, role);
    checkOwnerStays(await countOwners(tx, accountId), before.role, role);
    return doNoted(tx, who, 'member.change_role', app.clock(), async (act) => {
      act.on(id, { before: before.role, after: role });
      const one = and(eq(members.accountId, accountId), eq(members.id, id));
      await tx.update(members).set({ role }).where(one);
      const left = { kind: 'person', permissions: ROLE_TABLE[role].permissions } as const;
      await revokeOfInviter(tx, who, { inviter: before.personId, left }, app.clock());
      return { ...before, role };
    });
  });
  announcePeople(app, [member.personId]);
  return member;
}

/**
 * Takes a member out of the account, in every process at once.
 * @throws {MemberNotFound | RoleAboveOwn | LastOwner}
 */
export async function removeMember(app: App, who: Principal, id: MemberId): Promise<MemberRow> {
  return remove(app, who, 'member.remove', async (tx) => {
    const member = await readMember(tx, who.accountId, id);
    checkReach(who, member.role);
    return member;
  });
}

/**
 * Somebody goes by themselves.
 * @throws {MemberNotFound | LastOwner}
 */
export async function leaveAccount(app: App, who: PersonPrincipal): Promise<MemberRow> {
  const { accountId, personId } = who;
  return remove(app, who, 'member.leave', async (tx) => {
    const own = and(eq(members.accountId, accountId), eq(members.personId, personId));
    const [member] = await tx.select().from(members).where(own);
    if (!member) throw new MemberNotFound();
    return member;
  });
}

async function remove(
  app: App,
  who: Principal,
  action: 'member.remove' | 'member.leave',
  find: (tx: DbTransaction) => Promise<MemberRow>,
): Promise<MemberRow> {
  const { accountId } = who;
  const member = await app.db.transaction(async (tx) => {
    await lockConfiguration(tx, accountId);
    const row = await find(tx);
    checkOwnerStays(await countOwners(tx, accountId), row.role, undefined);
    return doNoted(tx, who, action, app.clock(), async (act) => {
      act.on(row.id, { role: row.role });
      await tx.delete(members).where(and(eq(members.accountId, accountId), eq(members.id, row.id)));
      await revokeOfInviter(tx, who, { inviter: row.personId, left: undefined }, app.clock());
      await forgetIfNowhere(tx, row.personId);
      return row;
    });
  });
  announcePeople(app, [member.personId]);
  return member;
}

/** Of somebody who is in no account any more there is nothing to keep: their address, their password, their keys. */
async function forgetIfNowhere(tx: DbTransaction, personId: PersonId): Promise<void> {
  // Behind whoever is just joining another account (addMember): that is seen then, and would go with them else.
  await tx.select({ id: people.id }).from(people).where(eq(people.id, personId)).for('update');
  const [elsewhere] = await tx
    .select({ id: members.id })
    .from(members)
    .where(eq(members.personId, personId))
    .limit(1);
  if (!elsewhere) await tx.delete(people).where(eq(people.id, personId));
}

async function readMember(tx: DbTransaction, accountId: AccountId, id: MemberId): Promise<MemberRow> {
  const one = and(eq(members.accountId, accountId), eq(members.id, id));
  const [row] = await tx.select().from(members).where(one);
  if (!row) throw new MemberNotFound();
  return row;
}

async function countOwners(tx: DbTransaction, accountId: AccountId): Promise<number> {
  const owners = and(eq(members.accountId, accountId), eq(members.role, 'owner'));
  const [row] = await tx.select({ owners: count() }).from(members).where(owners);
  return row!.owners;
}

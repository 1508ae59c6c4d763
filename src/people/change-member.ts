import { and, count, eq } from 'drizzle-orm';
import { lockConfiguration } from '../accounts/lock-configuration.ts';
import type { PersonPrincipal, Principal } from '../accounts/principal.ts';
import { ROLE_TABLE, type Role } from '../accounts/roles.ts';
import { doNoted } from '../audit/act.ts';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId, MemberId, PersonId } from '../ids.ts';
import type { App } from '../platform.ts';
import { announcePeople } from './announce.ts';
import type { Credential, CredentialsChoice } from './credential.ts';
import { announceCredentials, findCredentials, revokeCredentials } from './credentials.ts';
import { CredentialsRemain, MemberNotFound } from './errors.ts';
import { checkOwnerStays, checkReach } from './membership.ts';
import { revokeOfInviter } from './revoke-of-inviter.ts';
import { members, people, type MemberRow } from './table.ts';

/**
 * Gives a member another role, in every process at once: what they hold open in the account is closed. Their credentials
 * stay as they are: `credentialsOf` says which of them go beyond the new role.
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

/** Somebody who was taken out, with what they could still get in by; whether that was ended. */
export interface Removed {
  member: MemberRow;
  credentials: readonly Credential[];
  choice: CredentialsChoice | undefined;
}

/**
 * Takes a member out of the account, in every process at once.
 * @param choice what becomes of the credentials that they made, or know; undefined: there must be none
 * @throws {MemberNotFound | RoleAboveOwn | LastOwner | CredentialsRemain}
 */
export async function removeMember(
  app: App,
  who: Principal,
  id: MemberId,
  choice?: CredentialsChoice,
): Promise<Removed> {
  return remove(app, who, 'member.remove', choice, async (tx) => {
    const member = await readMember(tx, who.accountId, id);
    checkReach(who, member.role);
    return member;
  });
}

/**
 * Somebody goes by themselves.
 * @param choice as above
 * @throws {MemberNotFound | LastOwner | CredentialsRemain}
 */
export async function leaveAccount(
  app: App,
  who: PersonPrincipal,
  choice?: CredentialsChoice,
): Promise<Removed> {
  const { accountId, personId } = who;
  return remove(app, who, 'member.leave', choice, async (tx) => {
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
  choice: CredentialsChoice | undefined,
  find: (tx: DbTransaction) => Promise<MemberRow>,
): Promise<Removed> {
  const { accountId } = who;
  const now = app.clock();
  const removed = await app.db.transaction(async (tx) => {
    // Whoever makes a credential takes it, too, and is asked whether they are still in: none comes about behind this.
    await lockConfiguration(tx, accountId);
    const member = await find(tx);
    checkOwnerStays(await countOwners(tx, accountId), member.role, undefined);
    const [credentials = []] = await findCredentials({ db: tx }, [member], now);
    if (credentials.length > 0 && !choice) throw new CredentialsRemain(credentials);
    return doNoted(tx, who, action, now, async (act) => {
      act.on(member.id, { role: member.role, ...(credentials.length > 0 && { credentials: choice! }) });
      await tx.delete(members).where(and(eq(members.accountId, accountId), eq(members.id, member.id)));
      await revokeOfInviter(tx, who, { inviter: member.personId, left: undefined }, now);
      if (choice === 'revoke') await revokeCredentials(tx, who, credentials, now);
      await forgetIfNowhere(tx, member.personId);
      return { member, credentials, choice };
    });
  });
  announcePeople(app, [removed.member.personId]);
  if (choice === 'revoke') announceCredentials(app, removed.credentials);
  return removed;
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

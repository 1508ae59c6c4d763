import { and, count, eq, lte, or } from 'drizzle-orm';
import { findAccount } from '../accounts/find-account.ts';
import { lockConfiguration } from '../accounts/lock-configuration.ts';
import type { Principal } from '../accounts/principal.ts';
import type { Role } from '../accounts/roles.ts';
import { SECRET_BYTES } from '../accounts/secret-text.ts';
import { standingOf } from '../accounts/standing.ts';
import { doNoted } from '../audit/act.ts';
import { newId } from '../crypto/new-id.ts';
import type { DbTransaction } from '../db/client.ts';
import type { App } from '../platform.ts';
import { readEmail } from './email.ts';
import { AlreadyMember, RoleAboveOwn, TooManyInvitations } from './errors.ts';
import {
  INVITATION_MS,
  invitationLink,
  invitationMail,
  MAX_INVITATIONS,
  writeInvitationToken,
} from './invitation.ts';
import { invitationHash, sealInvited } from './invited.ts';
import { checkReach, invitable } from './membership.ts';
import { emailIndex } from './personal-data.ts';
import type { Given } from './shown.ts';
import { invitations, members, people, type InvitationRow, type InviterId } from './table.ts';

/** E-mail that one account has us send to strangers. */
const INVITATIONS_AN_HOUR = 50;
const HOUR_SECONDS = 3_600;

/**
 * Invites somebody into the account. What waited for the same address is replaced: only the last link works.
 * @returns the link too, where there is no e-mail that it could have gone by: it is shown this once, kept nowhere
 * @throws {InvalidInput | RoleAboveOwn | AlreadyMember | TooManyInvitations | MailNotSent}
 */
export async function inviteMember(
  app: App,
  who: Principal,
  input: { email: string; role: Role },
): Promise<{ row: Given<InvitationRow>; link: string | undefined }> {
  const { accountId } = who;
  const { role } = input;
  const email = readEmail(input.email);
  checkReach(who, role);
  const { total, endsInMs } = await app.counter.add(`invitations of ${accountId}`, 1, HOUR_SECONDS);
  if (total > INVITATIONS_AN_HOUR) throw new TooManyInvitations(Math.max(1, Math.ceil(endsInMs / 1_000)));

  const token = writeInvitationToken(app.keys.randomBytes(SECRET_BYTES));
  const now = app.clock();
  const id = newId('inv', now);
  const made: InvitationRow = {
    ...{ accountId, id, role },
    ...(await sealInvited(app, { accountId, id }, email)),
    tokenHash: invitationHash(app, token),
    invitedBy: inviterOf(who),
    byMail: app.mail !== undefined,
    createdAt: new Date(now),
    expiresAt: new Date(now + INVITATION_MS),
  };
  const row = await app.db.transaction(async (tx) => {
    await lockConfiguration(tx, accountId);
    await checkStands(tx, who, role, now);
    await checkRoom(app, tx, made, email);
    return doNoted(tx, who, 'invitation.create', now, async (act) => {
      act.on(id, { role });
      await tx.insert(invitations).values(made);
      return { ...made, given: true as const };
    });
  });

  const link = invitationLink(app.publicUrl, token);
  if (!app.mail) return { row, link };
  const { name: account } = await findAccount(app, accountId);
  await app.mail.send(invitationMail(email, { account, role, link }));
  return { row, link: undefined };
}

/** @throws for whoever has no such permission, and never comes as far as this */
function inviterOf(who: Principal): InviterId {
  if (who.kind === 'person') return who.personId;
  if (who.kind === 'apiKey') return who.apiKeyId;
  throw new Error(`no ${who.kind} invites anybody`);
}

/**
 * Whether the inviter may still do it, under the lock: they may have been put out after they were let in here, and
 * before what they had invited was taken back.
 * @throws {RoleAboveOwn}
 */
async function checkStands(tx: DbTransaction, who: Principal, role: Role, now: number): Promise<void> {
  const standing = await standingOf(tx, who, now);
  if (!invitable(standing?.who).includes(role)) throw new RoleAboveOwn(role);
}

/** Whoever is in needs no invitation, what it replaces goes, and so does what is over. */
async function checkRoom(app: App, tx: DbTransaction, made: InvitationRow, email: string): Promise<void> {
  const { accountId } = made;
  const index = emailIndex(app, email);
  const [member] = await tx
    .select({ id: members.id })
    .from(members)
    .innerJoin(people, eq(people.id, members.personId))
    .where(and(eq(members.accountId, accountId), eq(people.emailIndex, index)));
  if (member) throw new AlreadyMember();
  const gone = or(eq(invitations.emailIndex, index), lte(invitations.expiresAt, made.createdAt));
  await tx.delete(invitations).where(and(eq(invitations.accountId, accountId), gone));
  const [row] = await tx
    .select({ open: count() })
    .from(invitations)
    .where(eq(invitations.accountId, accountId));
  if (row!.open >= MAX_INVITATIONS) throw new TooManyInvitations(undefined);
}

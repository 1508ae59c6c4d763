import { CredentialInvalid } from '../accounts/errors.ts';
import { findAccount } from '../accounts/find-account.ts';
import type { Role } from '../accounts/roles.ts';
import { noteAct } from '../audit/append.ts';
import type { AccountId, MemberId, PersonId, SessionId } from '../ids.ts';
import type { App } from '../platform.ts';
import { addMember } from './add-member.ts';
import { announcePeople } from './announce.ts';
import { findPersonByEmail, preparePerson } from './create-person.ts';
import { AlreadyMember, InvitationNotFound, SignInToAccept } from './errors.ts';
import { findInvited, openInvited, takeInvited } from './invited.ts';

/** What an invitation says to whoever has its link. */
export interface Invited {
  accountName: string;
  email: string;
  role: Role;
  expiresAt: Date;
  /** Whether whoever it is for can sign in already, and then does so first. */
  isKnown: boolean;
}

/** @throws {InvitationNotFound} */
export async function readInvitation(app: App, token: string): Promise<Invited> {
  const row = await findInvited(app, token);
  if (!row) throw new InvitationNotFound();
  const email = await openInvited(app, row);
  const { name: accountName } = await findAccount(app, row.accountId);
  const isKnown = (await findPersonByEmail(app, email)) !== undefined;
  return { accountName, email, role: row.role, expiresAt: row.expiresAt, isKnown };
}

/** Who accepts, and from where. */
export interface Accepting {
  token: string;
  /** Of somebody new: what they are called, and will sign in with. */
  name: string;
  password: string;
  /** Of somebody who has signed in. */
  session: { personId: PersonId; sessionId: SessionId } | undefined;
  address: string | undefined;
}

export interface Accepted {
  accountId: AccountId;
  memberId: MemberId;
  role: Role;
  email: string;
}

/**
 * Makes a member of whoever was invited: somebody new, with the password that they choose, or the person who has that
 * address and has signed in. It works once.
 * @throws {InvitationNotFound | SignInToAccept | AlreadyMember | CredentialInvalid | InvalidInput}
 */
export async function acceptInvitation(app: App, accepting: Accepting): Promise<Accepted> {
  const { token, name, password, session, address } = accepting;
  const waiting = await findInvited(app, token);
  if (!waiting) throw new InvitationNotFound();
  const email = await openInvited(app, waiting);
  const known = await findPersonByEmail(app, email);
  // Also for whoever has signed in as somebody else: it is bound to its address.
  if (known ? session?.personId !== known : session) throw new SignInToAccept();
  // That they hold the address is proved by the link only when it went there.
  const person = known
    ? undefined
    : await preparePerson(app, { email, name, password, emailVerified: waiting.byMail });
  const personId = known ?? person!.id;
  const now = app.clock();
  const accepted = await app.db.transaction(async (tx) => {
    const row = await takeInvited(app, tx, token);
    if (!row) throw new InvitationNotFound();
    const { accountId, role } = row;
    await person?.write(tx);
    const member = await addMember(tx, { accountId, personId, role }, now);
    if (member === 'in') throw new AlreadyMember();
    // The session that they came with went with them.
    if (member === 'gone') throw new CredentialInvalid();
    const actor = {
      kind: 'person',
      id: personId,
      session: session?.sessionId ?? null,
      address: address ?? null,
    } as const;
    const targets = [member.id];
    await noteAct(tx, { accountId, actor, action: 'invitation.accept', targets, details: { role } }, now);
    return { accountId, memberId: member.id, role, email };
  });
  announcePeople(app, [personId]);
  return accepted;
}

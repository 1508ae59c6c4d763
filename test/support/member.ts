import { ROLE_TABLE, type Role } from '../../src/accounts/roles.ts';
import type { RunningApp } from '../../src/app.ts';
import type { Permission } from '../../src/accounts/permissions.ts';
import { newId } from '../../src/crypto/new-id.ts';
import {
  idFromUuid,
  uuidOf,
  type AccountId,
  type MemberId,
  type PersonId,
  type SessionId,
} from '../../src/ids.ts';
import { makeMember } from '../../src/people/add-member.ts';
import { callerWith, type Caller } from './graphql.ts';
import { signedIn } from './people.ts';

/** Somebody who is in an account, and signed in. */
export interface SignedIn {
  personId: PersonId;
  memberId: MemberId;
  sessionId: SessionId;
  email: string;
  token: string;
  caller: Caller;
}

export const MEMBER_PASSWORD = 'correct horse battery staple';

/** Makes somebody new a member of an account. */
export async function aMember(app: RunningApp, accountId: AccountId, role: Role): Promise<SignedIn> {
  const email = `${newId('per').slice(-12)}@people.example`;
  const password = MEMBER_PASSWORD;
  const { personId } = await makeMember(app, { accountId, email, name: 'Ana', password, role });
  const { token, sessionId } = await signedIn(app, personId);
  const memberId = await memberIdOf(app, accountId, personId);
  return { personId, memberId, sessionId, email, token, caller: callerWith(app, token) };
}

export async function memberIdOf(
  app: RunningApp,
  accountId: AccountId,
  personId: PersonId,
): Promise<MemberId> {
  const [row] = await app.sql<{ id: string }[]>`
    SELECT id FROM members WHERE account_id = ${uuidOf(accountId)} AND person_id = ${uuidOf(personId)}`;
  return idFromUuid('mem', row!.id);
}

export function lets(role: Role, permission: Permission | undefined): boolean {
  return permission === undefined || ROLE_TABLE[role].permissions.has(permission);
}

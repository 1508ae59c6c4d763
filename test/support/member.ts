import { ROLE_TABLE, type Role } from '../../src/accounts/roles.ts';
import type { RunningApp } from '../../src/app.ts';
import type { Permission } from '../../src/accounts/permissions.ts';
import { newId } from '../../src/crypto/new-id.ts';
import type { AccountId, PersonId, SessionId } from '../../src/ids.ts';
import { makeMember } from '../../src/people/add-member.ts';
import { callerWith, type Caller } from './graphql.ts';
import { signedIn } from './people.ts';

/** Somebody who is in an account, and signed in. */
export interface SignedIn {
  personId: PersonId;
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
  return { personId, sessionId, email, token, caller: callerWith(app, token) };
}

export function lets(role: Role, permission: Permission | undefined): boolean {
  return permission === undefined || ROLE_TABLE[role].permissions.has(permission);
}

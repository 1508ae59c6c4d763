import { sql } from 'drizzle-orm';
import { areTwoFactors } from '../accounts/factor.ts';
import type { Permission } from '../accounts/permissions.ts';
import type { PersonPrincipal } from '../accounts/principal.ts';
import { requiresSecondFactor } from '../accounts/requires-second-factor.ts';
import { ROLE_TABLE, type Role } from '../accounts/roles.ts';
import type { AccountId } from '../ids.ts';

/** Read with a row of `members`: whether a password alone is not enough in its account. */
export const isStrict = () => requiresSecondFactor(sql`members.account_id`);

type Session = Pick<PersonPrincipal, 'personId' | 'sessionId' | 'factors' | 'expiresAt'>;

/** Whom a session stands for in an account that its person is in. */
export function standIn(
  { personId, sessionId, factors, expiresAt }: Session,
  { accountId, role, strict }: { accountId: AccountId; role: Role; strict: boolean },
): PersonPrincipal {
  const needsSecondFactor = strict && !areTwoFactors(factors);
  const permissions = needsSecondFactor ? new Set<Permission>() : ROLE_TABLE[role].permissions;
  return {
    kind: 'person',
    accountId,
    personId,
    sessionId,
    role,
    permissions,
    factors,
    needsSecondFactor,
    expiresAt,
  };
}

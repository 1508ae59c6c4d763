import { areTwoFactors } from '../accounts/factor.ts';
import { findAccounts } from '../accounts/find-account.ts';
import type { Permission } from '../accounts/permissions.ts';
import type { PersonPrincipal } from '../accounts/principal.ts';
import { ROLE_TABLE, type Role } from '../accounts/roles.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';

/** Of the accounts those in which a password alone is not enough. */
export async function strictAccounts(app: App, ids: readonly AccountId[]): Promise<ReadonlySet<AccountId>> {
  const found = await findAccounts(app, [...new Set(ids)]);
  return new Set(found.filter(({ requireSecondFactor }) => requireSecondFactor).map(({ id }) => id));
}

type Session = Pick<PersonPrincipal, 'personId' | 'sessionId' | 'factors' | 'expiresAt'>;

/** Whom a session stands for in an account that its person is in. */
export function standIn(
  { personId, sessionId, factors, expiresAt }: Session,
  { accountId, role }: { accountId: AccountId; role: Role },
  strict: ReadonlySet<AccountId>,
): PersonPrincipal {
  const needsSecondFactor = strict.has(accountId) && !areTwoFactors(factors);
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

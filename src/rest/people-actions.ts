import type { AuditAction } from '../audit/actions.ts';
import type { PeoplePath } from '../graphql/paths.ts';

/**
 * What whoever is refused at a path below `/auth` was about to do, as the audit log calls it. Null: it is noted where
 * it is refused (`second_factor.use`), belongs to no account yet (an invitation, the link of a reset), or does nothing
 * that anybody is to know of.
 */
export const REFUSED_AT: Readonly<Record<PeoplePath, AuditAction | null>> = {
  '/auth/sign-in/email': 'session.begin',
  '/auth/sign-out': null,
  '/auth/change-password': 'session.change_password',
  '/auth/request-password-reset': null,
  '/auth/reset-password': null,
  '/auth/two-factor/enable': 'second_factor.enable',
  '/auth/two-factor/verify-totp': null,
  '/auth/two-factor/verify-backup-code': null,
  '/auth/two-factor/generate-backup-codes': 'second_factor.renew_backup_codes',
  '/auth/two-factor/disable': 'second_factor.disable',
  '/auth/passkey/generate-register-options': 'passkey.add',
  '/auth/passkey/verify-registration': 'passkey.add',
  '/auth/passkey/generate-authenticate-options': null,
  '/auth/passkey/verify-authentication': null,
  '/auth/passkey/list-user-passkeys': null,
  '/auth/passkey/update-passkey': 'passkey.rename',
  '/auth/passkey/delete-passkey': 'passkey.remove',
  '/auth/invitation': null,
  '/auth/accept-invitation': null,
};

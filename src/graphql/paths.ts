/**
 * Every path that the API answers, by its form: `{id}` stands for one segment, `{rest}` for all that follow. What is not here is not
 * answered, and `test/api/tenants.test.ts` asks for a row about each.
 */
export const PATHS = [
  '/',
  '/graphql',
  '/carriers/{id}/receipts',
  '/carriers/{id}/inbound',
  // Its operations are a list of their own: `Rest.operations`.
  '/v1/{rest}',
  // And so are these: `TwilioDoor.operations`.
  '/v2/{rest}',
  '/auth/sign-in/email',
  '/auth/sign-out',
  '/auth/change-password',
  '/auth/request-password-reset',
  '/auth/reset-password',
  '/auth/two-factor/enable',
  '/auth/two-factor/verify-totp',
  '/auth/two-factor/verify-backup-code',
  '/auth/two-factor/generate-backup-codes',
  '/auth/two-factor/disable',
  '/auth/passkey/generate-register-options',
  '/auth/passkey/verify-registration',
  '/auth/passkey/generate-authenticate-options',
  '/auth/passkey/verify-authentication',
  '/auth/passkey/list-user-passkeys',
  '/auth/passkey/update-passkey',
  '/auth/passkey/delete-passkey',
  '/auth/invitation',
  '/auth/accept-invitation',
  '/join',
  // The pages about errors, and the list of them.
  '/errors',
  '/errors/{rest}',
  '/.well-known/security.txt',
  '/oauth/token',
  '/oauth/introspect',
  '/oauth/revoke',
  '/oauth/jwks',
  '/.well-known/oauth-authorization-server',
  '/.well-known/oauth-protected-resource',
  '/health',
  '/ready',
] as const;

export type Path = (typeof PATHS)[number];

const FORMS = PATHS.map((form) => ({
  form,
  pattern: new RegExp(`^${form.replaceAll('.', '[.]').replace('{id}', '[^/]+').replace('{rest}', '.+')}$`),
}));

/** The form of a path; `undefined` when nothing is there. */
export function formOf(path: string): Path | undefined {
  return FORMS.find(({ pattern }) => pattern.test(path))?.form;
}

/** The ways of people in and out. */
export type PeoplePath = Extract<Path, `/auth/${string}`>;

export function isPeoplePath(form: Path | undefined): form is PeoplePath {
  return form?.startsWith('/auth/') ?? false;
}

/** What a path needs to be let through, as far as it is not decided field by field. */
export const PATH_NEEDS: Readonly<Record<Path, string>> = {
  '/': 'nothing',
  '/graphql': 'what the fields of the operation need',
  '/carriers/{id}/receipts': 'the proof that the carrier was given',
  '/carriers/{id}/inbound': 'the proof that the carrier was given',
  '/v1/{rest}': 'the permission that its operation names',
  '/v2/{rest}': 'the permission that its operation names',
  '/oauth/token': 'the proof of an OAuth client',
  '/oauth/introspect': 'the proof of an OAuth client, or `clients:manage`',
  '/oauth/revoke': 'the proof of an OAuth client, or `clients:manage`',
  '/oauth/jwks': 'nothing',
  '/.well-known/oauth-authorization-server': 'nothing',
  '/.well-known/oauth-protected-resource': 'nothing',
  '/auth/sign-in/email': 'an e-mail address and its password',
  '/auth/sign-out': 'a session',
  '/auth/change-password': 'a session, and the password until now',
  '/auth/request-password-reset': 'nothing',
  '/auth/reset-password': 'the link that was sent to the e-mail address',
  '/auth/two-factor/enable': 'a session, and the password',
  '/auth/two-factor/verify-totp': 'a session, or a sign-in whose password was right',
  '/auth/two-factor/verify-backup-code': 'a session, or a sign-in whose password was right',
  '/auth/two-factor/generate-backup-codes': 'a session, the password, and a code',
  '/auth/two-factor/disable': 'a session, the password, and a code',
  '/auth/passkey/generate-register-options': 'a session of the last 15 minutes',
  '/auth/passkey/verify-registration': 'a session of the last 15 minutes, and the password',
  '/auth/passkey/generate-authenticate-options': 'nothing',
  '/auth/passkey/verify-authentication': 'a passkey',
  '/auth/passkey/list-user-passkeys': 'a session',
  '/auth/passkey/update-passkey': 'a session',
  '/auth/passkey/delete-passkey': 'a session, and the password',
  '/auth/invitation': 'the link of an invitation',
  '/auth/accept-invitation': 'the link of an invitation, and a session of somebody who can sign in already',
  '/join': 'nothing',
  '/errors': 'nothing',
  '/errors/{rest}': 'nothing',
  '/.well-known/security.txt': 'nothing',
  '/health': 'nothing',
  '/ready': 'nothing',
};

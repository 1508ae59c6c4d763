import { CredentialInvalid } from '../accounts/errors.ts';
import type { PersonPrincipal } from '../accounts/principal.ts';
import { parseId } from '../ids.ts';
import type { App } from '../platform.ts';
import { AccountNotFound } from './errors.ts';
import { createSessionDirectory, type KnownSession } from './session-directory.ts';
import { isWholeSessionToken } from './session-token.ts';

/**
 * Whom a session stands for. One that was seen lately costs no database round trip.
 * @param account the one that the request names; absent: the session's own
 * @throws {CredentialInvalid | AccountNotFound}
 */
export async function authenticateSession(
  app: App,
  token: string,
  account: string | undefined,
): Promise<PersonPrincipal> {
  const session = await findSession(app, token);
  const accountId = account === undefined ? session.current : parseId('acc', account.trim());
  const principal = accountId && session.principals.get(accountId);
  if (!principal) throw new AccountNotFound();
  return principal;
}

/**
 * The session of a token, also of somebody who is in no account.
 * @throws {CredentialInvalid}
 */
export async function findSession(app: App, token: string): Promise<KnownSession> {
  const session = await app.single(createSessionDirectory).find(token);
  if (!session) throw new CredentialInvalid(isWholeSessionToken(token) ? 'unknown' : 'malformed');
  if (app.clock() >= session.expiresAt.getTime()) throw new CredentialInvalid('expired');
  return session;
}

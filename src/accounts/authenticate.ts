import type { App } from '../platform.ts';
import { CLIENT_TOKEN_PREFIX, readClientToken } from './client-token.ts';
import { API_KEY_PREFIX } from './create-api-key.ts';
import { CredentialInvalid, CredentialMissing } from './errors.ts';
import { createKeyDirectory } from './key-directory.ts';
import type { Principal } from './principal.ts';

const MAX_LENGTH = 200;

/**
 * Says who a credential stands for. A key that was seen lately costs no database round trip.
 * @param credential an API key or a client token, with or without `Bearer `
 * @throws {CredentialMissing | CredentialInvalid}
 */
export async function authenticate(app: App, credential: string | undefined): Promise<Principal> {
  const token = credential?.replace(/^Bearer(?: +|$)/i, '').trim();
  if (!token) throw new CredentialMissing();
  if (token.length > MAX_LENGTH) throw new CredentialInvalid();
  const principal = token.startsWith(CLIENT_TOKEN_PREFIX)
    ? readClientToken(app.keys, token, app.clock())
    : token.startsWith(API_KEY_PREFIX)
      ? await app.single(createKeyDirectory).find(token)
      : undefined;
  if (!principal) throw new CredentialInvalid();
  return principal;
}

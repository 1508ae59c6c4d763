import type { App } from '../platform.ts';
import type { Params } from './client-proof.ts';
import { createClientStandings, isGood } from './client-standing.ts';
import type { TokenCaller } from './token-caller.ts';
import { tokenNamed } from './token-named.ts';

/**
 * Says what an access token is good for (RFC 7662). One that is over, was revoked, or is somebody else's is
 * not active, and that is all that is said of it.
 * @throws {OAuthRefused}
 */
export async function introspectToken(app: App, caller: TokenCaller, params: Params): Promise<object> {
  const token = await tokenNamed(app, caller, params);
  if (!token) return { active: false };
  const { id, accountId, clientId, generation, scope, issuedAt, expiresAt } = token;
  const standing = await app.single(createClientStandings).find(clientId);
  if (!isGood(standing, { tokenId: id, generation })) return { active: false };
  return {
    active: true,
    token_type: 'Bearer',
    iss: app.publicUrl,
    aud: app.publicUrl,
    sub: clientId,
    client_id: clientId,
    account_id: accountId,
    scope: scope.join(' '),
    jti: id,
    iat: issuedAt / 1_000,
    exp: expiresAt / 1_000,
  };
}

import { CredentialInvalid } from '../accounts/errors.ts';
import type { AccessTokenPrincipal } from '../accounts/principal.ts';
import { createRefusalLog } from '../audit/refusals.ts';
import type { App } from '../platform.ts';
import { createClientStandings, isGood } from './client-standing.ts';
import { createTokenDirectory } from './token-directory.ts';

/**
 * Says which client an access token stands for.
 * @param address where it was used from; a client that is bound to networks is not good without one
 * @throws {CredentialInvalid}
 */
export async function authenticateToken(
  app: App,
  token: string,
  address: string | undefined,
): Promise<AccessTokenPrincipal> {
  const principal = await app.single(createTokenDirectory).find(token);
  if (typeof principal === 'string') throw new CredentialInvalid(principal);
  const standing = await app.single(createClientStandings).find(principal.clientId);
  if (!isGood(standing, principal)) throw new CredentialInvalid();
  const { networks } = standing;
  if (networks && !(address !== undefined && networks.includes(address))) {
    const { clientId, tokenId } = principal;
    app.log.info({ clientId, tokenId, address }, 'an access token was used from outside of its networks');
    const who = address === undefined ? principal : { ...principal, address };
    app.single(createRefusalLog).note(who, {
      action: 'oauth_client.use',
      outcome: 'auth/invalid',
      targets: [clientId],
      details: { refused: 'network' },
    });
    throw new CredentialInvalid();
  }
  return principal;
}

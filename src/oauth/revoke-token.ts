import { noteAct } from '../audit/append.ts';
import { OAUTH_CHANNEL } from '../bus/channels.ts';
import type { App } from '../platform.ts';
import type { Params } from './client-proof.ts';
import { oauthRevokedTokens } from './table.ts';
import type { TokenCaller } from './token-caller.ts';
import { tokenNamed } from './token-named.ts';

/**
 * Ends an access token before its time (RFC 7009): every process refuses it at once, and closes what it opened.
 * One that is over, or is somebody else's, is left alone, and that is not told: it is not good for the caller.
 * @throws {OAuthRefused}
 */
export async function revokeToken(app: App, caller: TokenCaller, params: Params): Promise<void> {
  const token = await tokenNamed(app, caller, params);
  if (!token) return;
  const { id, accountId, clientId, expiresAt } = token;
  await app.db.transaction(async (tx) => {
    const revoked = await tx
      .insert(oauthRevokedTokens)
      .values({ accountId, clientId, id, expiresAt: new Date(expiresAt) })
      .onConflictDoNothing()
      .returning({ id: oauthRevokedTokens.id });
    if (revoked.length === 0) return;
    const { actor } = caller;
    const act = { accountId, actor, action: 'access_token.revoke', targets: [id] } as const;
    await noteAct(tx, { ...act, details: { client: clientId } }, app.clock());
  });
  app.bus.publish([{ channel: OAUTH_CHANNEL, payload: clientId }]);
  app.log.info({ clientId, tokenId: id, account: accountId }, 'an access token was revoked');
}

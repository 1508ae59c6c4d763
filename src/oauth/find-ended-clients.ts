import { and, inArray } from 'drizzle-orm';
import { withImplied, type Permission } from '../accounts/permissions.ts';
import type { AccessTokenId, AccountId, OAuthClientId } from '../ids.ts';
import type { App } from '../platform.ts';
import { oauthClients, oauthRevokedTokens } from './table.ts';

export type ClientEnd = 'client_revoked' | 'token_revoked' | 'permission_lost';

/** An access token that something was begun with. */
export interface TokenUse {
  accountId: AccountId;
  clientId: OAuthClientId;
  tokenId: AccessTokenId;
}

/**
 * Those tokens whose client was revoked or had a permission taken away, or that were revoked themselves; by the token.
 * One that is only over, or was asked for with a secret that is another one now, is not among them.
 */
export async function findEndedClients(
  app: App,
  uses: readonly TokenUse[],
  permission: Permission,
): Promise<Map<AccessTokenId, ClientEnd>> {
  if (uses.length === 0) return new Map();
  const accountIds = [...new Set(uses.map(({ accountId }) => accountId))];
  const clientIds = [...new Set(uses.map(({ clientId }) => clientId))];
  const tokenIds = [...new Set(uses.map(({ tokenId }) => tokenId))];
  const { accountId, clientId, id } = oauthRevokedTokens;
  const [clients, tokens] = await Promise.all([
    app.db
      .select({
        id: oauthClients.id,
        revokedAt: oauthClients.revokedAt,
        permissions: oauthClients.permissions,
      })
      .from(oauthClients)
      .where(and(inArray(oauthClients.accountId, accountIds), inArray(oauthClients.id, clientIds))),
    app.db
      .select({ id })
      .from(oauthRevokedTokens)
      .where(and(inArray(accountId, accountIds), inArray(clientId, clientIds), inArray(id, tokenIds))),
  ]);
  const byId = new Map(clients.map((client) => [client.id, client]));
  const revoked = new Set(tokens.map((token) => token.id));
  const ended = new Map<AccessTokenId, ClientEnd>();
  for (const use of uses) {
    const client = byId.get(use.clientId);
    if (client?.revokedAt) ended.set(use.tokenId, 'client_revoked');
    else if (revoked.has(use.tokenId)) ended.set(use.tokenId, 'token_revoked');
    else if (client && !withImplied(client.permissions).has(permission))
      ended.set(use.tokenId, 'permission_lost');
  }
  return ended;
}

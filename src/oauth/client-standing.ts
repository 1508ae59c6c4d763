import { and, eq, gt, inArray, isNull } from 'drizzle-orm';
import { createCachedLookup } from '../bus/cached-lookup.ts';
import { OAUTH_CHANNEL } from '../bus/channels.ts';
import type { AccessTokenId, OAuthClientId } from '../ids.ts';
import { createNetworks, type Networks } from '../outgoing/networks.ts';
import type { App } from '../platform.ts';
import { oauthClients, oauthRevokedTokens } from './table.ts';

/** What decides whether the access tokens of a client are good, besides what they say themselves. */
export interface ClientStanding {
  clientId: OAuthClientId;
  generation: number;
  /** undefined: they may be used from everywhere. */
  networks: Networks | undefined;
  /** Revoked before their time. */
  revoked: ReadonlySet<AccessTokenId>;
}

/** How the clients stand whose tokens were seen lately: read once for all tokens of a client. */
export interface ClientStandings extends AsyncDisposable {
  /** undefined: there is no such client, or it was revoked. */
  find(id: OAuthClientId): Promise<ClientStanding | undefined>;
}

// As with API keys: the announcement of a revocation may get lost, then it counts after half a minute.
const KEPT = {
  channel: OAUTH_CHANNEL,
  isAbout: (id: string, { clientId }: ClientStanding) => clientId === id,
  max: 100_000,
  knownMs: 30_000,
  unknownMs: 2_000,
};

export function createClientStandings(app: App): ClientStandings {
  const known = createCachedLookup<ClientStanding>(app, KEPT);
  return {
    find: (id) => known.find(id, async () => (await readStandings(app, [id])).get(id)),
    [Symbol.asyncDispose]: () => known[Symbol.asyncDispose](),
  };
}

/** Of those that were not revoked. Of any account: a token says its client, and its signature that we said so. */
export async function readStandings(
  app: App,
  ids: readonly OAuthClientId[],
): Promise<Map<OAuthClientId, ClientStanding>> {
  const { id, generation, networks } = oauthClients;
  const [clients, revoked] = await Promise.all([
    app.db
      .select({ id, generation, networks })
      .from(oauthClients)
      .where(and(inArray(oauthClients.id, [...ids]), isNull(oauthClients.revokedAt))),
    app.db
      .select({ id: oauthRevokedTokens.id, clientId: oauthRevokedTokens.clientId })
      .from(oauthRevokedTokens)
      .innerJoin(
        oauthClients,
        and(
          eq(oauthClients.accountId, oauthRevokedTokens.accountId),
          eq(oauthClients.id, oauthRevokedTokens.clientId),
        ),
      )
      .where(
        and(inArray(oauthClients.id, [...ids]), gt(oauthRevokedTokens.expiresAt, new Date(app.clock()))),
      ),
  ]);
  const tokens = Map.groupBy(revoked, ({ clientId }) => clientId);
  return new Map(
    clients.map((client) => [
      client.id,
      {
        clientId: client.id,
        generation: client.generation,
        networks: client.networks ? createNetworks(client.networks) : undefined,
        revoked: new Set(tokens.get(client.id)?.map((token) => token.id)),
      },
    ]),
  );
}

/** Whether a token of a client is still good, wherever it is used from. */
export function isGood(
  standing: ClientStanding | undefined,
  token: { tokenId: AccessTokenId; generation: number },
): standing is ClientStanding {
  return (
    standing !== undefined && standing.generation === token.generation && !standing.revoked.has(token.tokenId)
  );
}

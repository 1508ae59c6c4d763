import { authenticate } from '../accounts/authenticate.ts';
import { holds } from '../accounts/permissions.ts';
import { actorOf, clientActor, type Actor } from '../audit/actor.ts';
import { DomainError } from '../errors.ts';
import type { AccountId, OAuthClientId } from '../ids.ts';
import type { App } from '../platform.ts';
import { authenticateClient } from './authenticate-client.ts';
import { readClientProof, type Params } from './client-proof.ts';
import { OAuthRefused } from './errors.ts';

/** Who asks about a token: a client about its own, or who manages the clients of the account about any of theirs. */
export interface TokenCaller {
  accountId: AccountId;
  /** undefined: any client of the account. */
  clientId: OAuthClientId | undefined;
  /** As the audit log has them. */
  actor: Actor;
}

/**
 * Says who asks about a token: by the proof of a client, or as a bearer of a key with `clients:manage`.
 * @throws {OAuthRefused}
 */
export async function identifyCaller(
  app: App,
  authorization: string | undefined,
  params: Params,
  address: string | undefined,
): Promise<TokenCaller> {
  if (authorization !== undefined && /^Bearer /i.test(authorization))
    return identifyManager(app, authorization, address);
  const { row } = await authenticateClient(app, readClientProof(authorization, params), address);
  return { accountId: row.accountId, clientId: row.id, actor: clientActor(row.id, address) };
}

async function identifyManager(
  app: App,
  authorization: string,
  address: string | undefined,
): Promise<TokenCaller> {
  try {
    const who = await authenticate(app, authorization, address);
    if (holds(who, 'clients:manage'))
      return { accountId: who.accountId, clientId: undefined, actor: actorOf(who) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new OAuthRefused('invalid_token', 'The key is not good (any more), or not from where it was used.');
  }
  throw new OAuthRefused('insufficient_scope', 'This needs the permission clients:manage.');
}

/** Whether a token is one that somebody may ask about. */
export function concerns(
  { accountId, clientId }: TokenCaller,
  token: { accountId: AccountId; clientId: OAuthClientId },
): boolean {
  return token.accountId === accountId && (clientId === undefined || token.clientId === clientId);
}

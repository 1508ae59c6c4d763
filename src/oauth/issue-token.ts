import { and, eq } from 'drizzle-orm';
import { newId } from '../crypto/new-id.ts';
import type { App } from '../platform.ts';
import { writeAccessToken } from './access-token.ts';
import type { ProvenClient } from './authenticate-client.ts';
import type { Params } from './client-proof.ts';
import { InvalidClient, OAuthRefused } from './errors.ts';
import { readScope } from './scopes.ts';
import { createSigningKeys } from './signing-keys.ts';
import { oauthClients, type OAuthClientRow } from './table.ts';

/** As the token endpoint answers it (RFC 6749 §5.1). */
export interface TokenAnswer {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  scope: string;
}

// How often it is written down that a client was used.
const USED_MS = 60_000;

/**
 * Gives a client an access token (RFC 6749 §4.4). Nothing is stored: the token says all of it.
 * @throws {OAuthRefused}
 */
export async function issueToken(
  app: App,
  { row, endsAt }: ProvenClient,
  params: Params,
): Promise<TokenAnswer> {
  const grant = params.get('grant_type');
  if (grant === undefined) throw new OAuthRefused('invalid_request', 'grant_type is missing.');
  if (grant !== 'client_credentials')
    throw new OAuthRefused('unsupported_grant_type', 'The only grant_type is client_credentials.');
  const resource = params.get('resource');
  if (resource !== undefined && resource !== app.publicUrl)
    throw new OAuthRefused('invalid_target', `The only resource is ${app.publicUrl}.`);
  const scope = readScope(params.get('scope'), row.permissions);
  if ('refused' in scope) throw new OAuthRefused('invalid_scope', scope.refused);

  const now = app.clock();
  const issuedAt = Math.floor(now / 1_000) * 1_000;
  const end = Math.min(issuedAt + row.tokenSeconds * 1_000, endsAt?.getTime() ?? Infinity);
  const expiresIn = Math.floor((end - issuedAt) / 1_000);
  if (expiresIn < 1) throw new InvalidClient('This client, or its secret, is over within a second.');
  const { id: clientId, accountId, generation } = row;
  const id = newId('tok', now);
  const token = await writeAccessToken(
    {
      id,
      accountId,
      clientId,
      generation,
      scope: scope.granted,
      issuedAt,
      expiresAt: issuedAt + expiresIn * 1_000,
    },
    app.publicUrl,
    await app.single(createSigningKeys).signing(),
  );
  await noteUse(app, row, now);
  app.log.info({ clientId, tokenId: id, account: accountId }, 'an access token was given out');
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: expiresIn,
    scope: scope.granted.join(' '),
  };
}

async function noteUse(app: App, { accountId, id, lastUsedAt }: OAuthClientRow, now: number): Promise<void> {
  if (lastUsedAt && now < lastUsedAt.getTime() + USED_MS) return;
  await app.db
    .update(oauthClients)
    .set({ lastUsedAt: new Date(now) })
    .where(and(eq(oauthClients.accountId, accountId), eq(oauthClients.id, id)));
}

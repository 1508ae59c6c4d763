import { checkGiver } from '../accounts/check-giver.ts';
import { lockConfiguration } from '../accounts/lock-configuration.ts';
import { madeBy } from '../accounts/maker.ts';
import type { Principal } from '../accounts/principal.ts';
import { doNoted } from '../audit/act.ts';
import { noteRights } from '../accounts/rights.ts';
import { SECRET_BYTES } from '../accounts/secret-text.ts';
import { newId } from '../crypto/new-id.ts';
import { readName } from '../errors.ts';
import type { App } from '../platform.ts';
import {
  NEW_CLIENT,
  readClientRights,
  readPublicKeys,
  readTokenSeconds,
  type ClientRightsInput,
} from './client-input.ts';
import { hintOfClientSecret, writeClientSecret } from './client-secret.ts';
import { TOKEN_SECONDS } from './limits.ts';
import { oauthClients, type OAuthClientRow } from './table.ts';

export interface NewClientInput extends ClientRightsInput {
  name: string;
  permissions: NonNullable<ClientRightsInput['permissions']>;
  tokenSeconds?: number | undefined;
  /** A JWK set: the client signs assertions with one of these, and has no secret. */
  publicKeys?: unknown;
}

/**
 * Makes an OAuth client for somebody who has a key: it can do no more, from nowhere else, and for no longer.
 * @returns the row, and its secret of 192 random bits: shown this once, kept nowhere
 * @throws {BeyondOwnRights | InvalidInput}
 */
export async function createClient(
  app: App,
  who: Principal,
  input: NewClientInput,
): Promise<{ row: OAuthClientRow; secret: string | undefined }> {
  const now = app.clock();
  const rights = readClientRights(input, NEW_CLIENT, now);
  const publicKeys = input.publicKeys == null ? null : await readPublicKeys(input.publicKeys);
  const secret = publicKeys ? undefined : writeClientSecret(app.keys.randomBytes(SECRET_BYTES));
  const made = {
    accountId: who.accountId,
    id: newId('cli', now),
    name: readName(input.name),
    secretHash: secret === undefined ? null : app.keys.blindIndex('oauth-client', secret),
    hint: secret === undefined ? null : hintOfClientSecret(secret),
    previousSecretHash: null,
    previousEndsAt: null,
    publicKeys,
    permissions: [...rights.permissions],
    networks: rights.networks && [...rights.networks],
    expiresAt: rights.expiresAt,
    tokenSeconds: readTokenSeconds(input.tokenSeconds ?? TOKEN_SECONDS),
    generation: 0,
    lastUsedAt: null,
    createdAt: new Date(now),
    revokedAt: null,
  };
  const row = await app.db.transaction(async (tx) => {
    await lockConfiguration(tx, who.accountId);
    const whole: OAuthClientRow = { ...made, ...madeBy(who, await checkGiver(tx, who, now, rights)) };
    return doNoted(tx, who, 'oauth_client.create', now, async (act) => {
      act.on(whole.id, noteRights(rights));
      await tx.insert(oauthClients).values(whole);
      return whole;
    });
  });
  return { row, secret };
}

import { checkGiver } from '../accounts/check-giver.ts';
import type { Principal } from '../accounts/principal.ts';
import { MAX_OVERLAP_SECONDS } from '../accounts/rotate-api-key.ts';
import { SECRET_BYTES } from '../accounts/secret-text.ts';
import { InvalidInput } from '../errors.ts';
import type { OAuthClientId } from '../ids.ts';
import type { App } from '../platform.ts';
import { changeClient } from './change-client.ts';
import { rightsOf } from './client-input.ts';
import { hintOfClientSecret, writeClientSecret } from './client-secret.ts';
import type { OAuthClientRow } from './table.ts';

/**
 * Gives a client a new secret; the one until now goes on working for the overlap, the one before it no longer.
 * Without an overlap its tokens are over, too: somebody else may have asked for them.
 * @returns the row, and the new secret: shown this once, kept nowhere
 * @throws {OAuthClientNotFound | BeyondOwnRights | InvalidInput}
 */
export async function rotateClientSecret(
  app: App,
  who: Principal,
  id: OAuthClientId,
  overlapSeconds: number,
): Promise<{ row: OAuthClientRow; secret: string }> {
  if (!(overlapSeconds >= 0 && overlapSeconds <= MAX_OVERLAP_SECONDS))
    throw new InvalidInput('overlapSeconds', `An overlap is 0 to ${MAX_OVERLAP_SECONDS} seconds (30 days).`);
  const secret = writeClientSecret(app.keys.randomBytes(SECRET_BYTES));
  const row = await changeClient(app, who, 'oauth_client.rotate_secret', id, async (before, tx, act) => {
    const now = app.clock();
    // Who is given the secret of a client has all that it has.
    const holders = await checkGiver(tx, who, now, rightsOf(before));
    if (!before.secretHash)
      throw new InvalidInput(
        'clientId',
        'This client has no secret: updateOAuthClient changes its publicKeys.',
      );
    const overlaps = overlapSeconds > 0;
    // The secret before the last one goes earlier than it was to: tokens that it was shown for would stay until then.
    const dropsOne = before.previousEndsAt !== null && before.previousEndsAt.getTime() > now;
    act.on(id, { overlapSeconds });
    return {
      secretHash: app.keys.blindIndex('oauth-client', secret),
      hint: hintOfClientSecret(secret),
      previousSecretHash: overlaps ? before.secretHash : null,
      previousEndsAt: overlaps ? new Date(now + overlapSeconds * 1_000) : null,
      holders,
      previousHolders: overlaps ? before.holders : [],
      generation: before.generation + (overlaps && !dropsOne ? 0 : 1),
    };
  });
  return { row, secret };
}

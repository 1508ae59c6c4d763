import { InvalidInput } from '../errors.ts';
import type { ApiKeyId } from '../ids.ts';
import type { App } from '../platform.ts';
import { hintOf, writeApiKey } from './api-key.ts';
import { changeApiKey } from './change-api-key.ts';
import { checkGiver } from './check-giver.ts';
import type { Principal } from './principal.ts';
import { SECRET_BYTES } from './secret-text.ts';
import type { ApiKeyRow } from './table.ts';

export const MAX_OVERLAP_SECONDS = 30 * 24 * 3_600;

/**
 * Gives a key a new secret; the one until now goes on working for the overlap, the one before it no longer. What
 * the key holds open is closed, and its holder comes again, with either.
 * @returns the row, and the new secret: shown this once, kept nowhere
 * @throws {ApiKeyNotFound | BeyondOwnRights | InvalidInput}
 */
export async function rotateApiKey(
  app: App,
  who: Principal,
  id: ApiKeyId,
  overlapSeconds: number,
): Promise<{ row: ApiKeyRow; key: string }> {
  if (!(overlapSeconds >= 0 && overlapSeconds <= MAX_OVERLAP_SECONDS))
    throw new InvalidInput('overlapSeconds', `An overlap is 0 to ${MAX_OVERLAP_SECONDS} seconds (30 days).`);
  const secret = app.keys.randomBytes(SECRET_BYTES);
  const now = app.clock();
  let key = '';
  const row = await changeApiKey(app, who, 'api_key.rotate', id, async (before, tx, act) => {
    // Who is given the secret of a key has all that it has.
    const holders = await checkGiver(tx, who, now, before);
    const overlaps = overlapSeconds > 0;
    key = writeApiKey(before.mode, secret);
    act.on(id, { overlapSeconds });
    return {
      hash: app.keys.blindIndex('api-key', key),
      hint: hintOf(key),
      previousHash: overlaps ? before.hash : null,
      previousEndsAt: overlaps ? new Date(now + overlapSeconds * 1_000) : null,
      holders,
      previousHolders: overlaps ? before.holders : [],
      generation: before.generation + 1,
    };
  });
  return { row, key };
}

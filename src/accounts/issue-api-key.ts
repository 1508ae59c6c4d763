import type { App } from '../platform.ts';
import { createApiKey } from './create-api-key.ts';
import { BeyondOwnRights } from './errors.ts';
import type { Mode } from './mode.ts';
import type { Principal } from './principal.ts';
import { ALL_RIGHTS, beyond, readRights, type RightsInput } from './rights.ts';
import type { ApiKeyRow } from './table.ts';

/**
 * Makes a key for somebody who has one: it can do no more, from nowhere else, and for no longer than theirs.
 * @returns the row, and the key itself: shown this once, kept nowhere
 * @throws {BeyondOwnRights | InvalidInput}
 */
export async function issueApiKey(
  app: App,
  who: Principal,
  input: { name: string; mode?: Mode } & RightsInput,
): Promise<{ row: ApiKeyRow; key: string }> {
  const { mode = 'live' } = input;
  const excess = beyond(who, readRights(input, { ...ALL_RIGHTS, mode }, app.clock()));
  if (excess) throw new BeyondOwnRights(excess);
  return createApiKey(app, who.accountId, input, who);
}

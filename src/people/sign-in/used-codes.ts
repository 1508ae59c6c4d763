import type { App } from '../../platform.ts';
import { keyOf } from './guard.ts';
import { WINDOW_MS } from './window.ts';

// A code of an authenticator app is right for a minute and a half (its own half minute, and those beside it), and
// whoever saw it being typed could type it again (RFC 6238 §5.2). It is taken before it is looked at: of two that come
// at the same time one is looked at. What was taken is counted as an attempt of which there may be one.

/** @returns false when it was taken before: it is a wrong one then */
export async function takeCode(app: App, personId: string, code: string): Promise<boolean> {
  const now = new Date(app.clock());
  const taken = await app.sql`
    INSERT INTO sign_in_failures AS f (counted, failures, since) VALUES (${keyFor(app, personId, code)}, 1, ${now})
    ON CONFLICT (counted) DO UPDATE SET since = excluded.since
      WHERE f.since <= ${new Date(now.getTime() - WINDOW_MS)}
    RETURNING failures`;
  return taken.length === 1;
}

/** It was wrong: it may come to be right. */
export async function giveCodeBack(app: App, personId: string, code: string): Promise<void> {
  await app.sql`DELETE FROM sign_in_failures WHERE counted = ${keyFor(app, personId, code)}`;
}

function keyFor(app: App, personId: string, code: string): Buffer {
  return keyOf(app, 'used code', `${personId} ${code}`);
}

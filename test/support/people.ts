import { newId } from '../../src/crypto/new-id.ts';
import { uuidOf, type AccountId, type PersonId, type SessionId } from '../../src/ids.ts';
import { sessionHash } from '../../src/people/session-directory.ts';
import { writeSessionToken } from '../../src/people/session-token.ts';
import type { App } from '../../src/platform.ts';

const HOUR_MS = 3_600_000;

/** A session as a sign-in makes one, without its password. */
export async function signedIn(
  app: App,
  personId: PersonId,
  { forMs = HOUR_MS, current }: { forMs?: number; current?: AccountId } = {},
): Promise<{ token: string; sessionId: SessionId }> {
  const token = writeSessionToken(app.keys.randomBytes(24));
  const sessionId = newId('ses');
  const now = new Date(app.clock());
  await app.sql`
    INSERT INTO person_sessions (id, person_id, token_hash, current_account_id, created_at, updated_at, expires_at)
    VALUES (${uuidOf(sessionId)}, ${uuidOf(personId)}, ${sessionHash(app, token)},
      ${current ? uuidOf(current) : null}, ${now}, ${now}, ${new Date(now.getTime() + forMs)})`;
  return { token, sessionId };
}

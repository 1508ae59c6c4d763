import { hash } from 'node:crypto';
import { asc, eq } from 'drizzle-orm';
import type { Factor } from '../accounts/factor.ts';
import type { PersonPrincipal } from '../accounts/principal.ts';
import { createCachedLookup } from '../bus/cached-lookup.ts';
import { PERSON_CHANNEL } from '../bus/channels.ts';
import type { AccountId, PersonId, SessionId } from '../ids.ts';
import type { App } from '../platform.ts';
import { isWholeSessionToken } from './session-token.ts';
import { isStrict, standIn } from './standing.ts';
import { members, personSessions } from './table.ts';

// As for API keys: the announcement of a change may get lost, then it counts after half a minute.
const KEPT = {
  channel: PERSON_CHANNEL,
  isAbout: (personId: string, session: KnownSession) => session.personId === personId,
  max: 10_000,
  knownMs: 30_000,
  unknownMs: 2_000,
};

/** A session, and whom it stands for in each account that its person is in. */
export interface KnownSession {
  sessionId: SessionId;
  personId: PersonId;
  /** With what it was made. */
  factors: readonly Factor[];
  expiresAt: Date;
  /** The account that it is in, unless a request names another one; undefined: its person is in none. */
  current: AccountId | undefined;
  /** By account, the oldest membership first. */
  principals: ReadonlyMap<AccountId, PersonPrincipal>;
}

/** The sessions seen lately, by their token. */
export interface SessionDirectory extends AsyncDisposable {
  find(token: string): Promise<KnownSession | undefined>;
  forget(personId: PersonId): void;
}

export function createSessionDirectory(app: App): SessionDirectory {
  const known = createCachedLookup<KnownSession>(app, KEPT);
  return {
    find(token) {
      // Not the token itself, which has no place in a dump of the memory.
      return known.find(hash('sha256', token, 'base64'), async () =>
        isWholeSessionToken(token) ? readSession(app, token) : undefined,
      );
    },
    forget: (personId) => known.forget(personId),
    [Symbol.asyncDispose]: () => known[Symbol.asyncDispose](),
  };
}

export function sessionHash(app: Pick<App, 'keys'>, token: string): Buffer {
  return app.keys.blindIndex('session', token);
}

async function readSession(app: App, token: string): Promise<KnownSession | undefined> {
  const rows = await app.db
    .select({ session: personSessions, accountId: members.accountId, role: members.role, strict: isStrict() })
    .from(personSessions)
    .leftJoin(members, eq(members.personId, personSessions.personId))
    .where(eq(personSessions.tokenHash, sessionHash(app, token)))
    .orderBy(asc(members.id));
  const session = rows[0]?.session;
  if (!session) return undefined;
  const principals = new Map<AccountId, PersonPrincipal>();
  for (const { accountId, role, strict } of rows)
    if (accountId && role)
      principals.set(accountId, standIn({ ...session, sessionId: session.id }, { accountId, role, strict }));
  const chosen = session.currentAccountId;
  return {
    sessionId: session.id,
    personId: session.personId,
    factors: session.factors,
    expiresAt: session.expiresAt,
    current: chosen && principals.has(chosen) ? chosen : principals.keys().next().value,
    principals,
  };
}

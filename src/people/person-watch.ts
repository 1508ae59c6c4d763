import { eq, inArray } from 'drizzle-orm';
import { areTwoFactors } from '../accounts/factor.ts';
import type { PersonPrincipal } from '../accounts/principal.ts';
import { PERSON_CHANNEL } from '../bus/channels.ts';
import type { PersonId } from '../ids.ts';
import type { App } from '../platform.ts';
import { isStrict } from './standing.ts';
import { members, personSessions } from './table.ts';

/** The people who hold something open in this process: sockets, streams. */
export interface PersonWatch extends AsyncDisposable {
  /** Calls back once when the session ends, or the person's role in the account changes. @returns how to stop watching */
  add(who: PersonPrincipal, onEnd: () => void): () => void;
}

// A change is announced over the bus; this is for the announcement that got lost.
const RECHECK_MS = 30_000;
const PEOPLE_PER_READ = 1_000;

interface Watcher {
  who: PersonPrincipal;
  onEnd: () => void;
}

export function createPersonWatch(app: App): PersonWatch {
  const watchers = new Map<PersonId, Set<Watcher>>();

  /** Compares what was let in with what is in the database now. */
  async function recheck(ids: readonly PersonId[]): Promise<void> {
    for (let i = 0; i < ids.length; i += PEOPLE_PER_READ) {
      const some = ids.slice(i, i + PEOPLE_PER_READ);
      const stay = await readStanding(app, some);
      for (const id of some)
        for (const watcher of watchers.get(id) ?? []) if (!stay.has(standingOf(watcher.who))) end(watcher);
    }
  }

  function end(watcher: Watcher): void {
    remove(watcher);
    watcher.onEnd();
  }

  function remove(watcher: Watcher): void {
    const ofPerson = watchers.get(watcher.who.personId);
    if (ofPerson?.delete(watcher) && ofPerson.size === 0) watchers.delete(watcher.who.personId);
  }

  const recheckQuietly = (ids: readonly PersonId[]) =>
    void recheck(ids).catch((error: unknown) => {
      app.log.warn({ err: error }, 'checking the sessions in use failed');
    });
  const recheckAll = () => recheckQuietly([...watchers.keys()]);
  const subscription = app.bus.subscribe(PERSON_CHANNEL, {
    onMessage: (id) => {
      if (watchers.has(id as PersonId)) recheckQuietly([id as PersonId]);
    },
    onResync: recheckAll,
  });
  const timer = setInterval(recheckAll, RECHECK_MS);
  timer.unref();

  return {
    add(who, onEnd) {
      const watcher: Watcher = { who, onEnd };
      const ofPerson = watchers.get(who.personId) ?? new Set();
      watchers.set(who.personId, ofPerson.add(watcher));
      return () => remove(watcher);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      (await subscription)();
    },
  };
}

type Standing = Pick<PersonPrincipal, 'sessionId' | 'accountId' | 'role' | 'needsSecondFactor'>;

function standingOf({ sessionId, accountId, role, needsSecondFactor }: Standing): string {
  return `${sessionId} ${accountId} ${role} ${needsSecondFactor}`;
}

async function readStanding(app: App, ids: readonly PersonId[]): Promise<Set<string>> {
  const rows = await app.db
    .select({
      sessionId: personSessions.id,
      factors: personSessions.factors,
      accountId: members.accountId,
      role: members.role,
      strict: isStrict(),
    })
    .from(personSessions)
    .innerJoin(members, eq(members.personId, personSessions.personId))
    .where(inArray(personSessions.personId, [...ids]));
  return new Set(
    rows.map((row) =>
      standingOf({
        ...row,
        needsSecondFactor: row.strict && !areTwoFactors(row.factors),
      }),
    ),
  );
}

import { and, eq } from 'drizzle-orm';
import type { PersonId, SessionId } from '../ids.ts';
import type { App } from '../platform.ts';
import { announcePeople } from './announce.ts';
import { noteOfPerson } from './note-person.ts';
import { personSessions } from './table.ts';

/** Ends a session by its own word, in every process at once; every account of the person is to know of it. */
export async function signOut(
  app: App,
  { personId, sessionId }: { personId: PersonId; sessionId: SessionId },
  address: string | null,
): Promise<void> {
  await app.db.transaction(async (tx) => {
    const ended = await tx
      .delete(personSessions)
      .where(and(eq(personSessions.personId, personId), eq(personSessions.id, sessionId)))
      .returning({ id: personSessions.id });
    if (ended.length === 0) return;
    const act = { personId, sessionId, address, action: 'session.end', target: sessionId } as const;
    await noteOfPerson(tx, act, app.clock());
  });
  announcePeople(app, [personId]);
}

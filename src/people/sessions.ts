import { and, asc, eq, gt, ne } from 'drizzle-orm';
import type { PersonPrincipal } from '../accounts/principal.ts';
import { doNoted } from '../audit/act.ts';
import type { AccountId, SessionId } from '../ids.ts';
import type { App } from '../platform.ts';
import { announcePeople } from './announce.ts';
import { AccountNotFound, SessionNotFound } from './errors.ts';
import { isStrict, standIn } from './standing.ts';
import { members, personSessions } from './table.ts';

export type SessionRow = Pick<
  typeof personSessions.$inferSelect,
  'id' | 'factors' | 'createdAt' | 'expiresAt'
>;

const SHOWN = {
  id: personSessions.id,
  factors: personSessions.factors,
  createdAt: personSessions.createdAt,
  expiresAt: personSessions.expiresAt,
};

/** Where somebody is signed in, oldest first. */
export async function listSessions(app: App, who: PersonPrincipal): Promise<SessionRow[]> {
  return app.db
    .select(SHOWN)
    .from(personSessions)
    .where(
      and(eq(personSessions.personId, who.personId), gt(personSessions.expiresAt, new Date(app.clock()))),
    )
    .orderBy(asc(personSessions.id));
}

/**
 * Ends a session of the person who asks, in every process at once.
 * @throws {SessionNotFound}
 */
export async function endSession(app: App, who: PersonPrincipal, id: SessionId): Promise<SessionRow> {
  const ended = await app.db.transaction((tx) =>
    doNoted(tx, who, 'session.end', app.clock(), async (act) => {
      act.on(id);
      const [row] = await tx
        .delete(personSessions)
        .where(and(eq(personSessions.personId, who.personId), eq(personSessions.id, id)))
        .returning(SHOWN);
      if (!row) throw new SessionNotFound();
      return row;
    }),
  );
  announcePeople(app, [who.personId]);
  return ended;
}

/** All but the one that asks. */
export async function endOtherSessions(app: App, who: PersonPrincipal): Promise<SessionRow[]> {
  const ended = await app.db.transaction((tx) =>
    doNoted(tx, who, 'session.end_others', app.clock(), async (act) => {
      const rows = await tx
        .delete(personSessions)
        .where(and(eq(personSessions.personId, who.personId), ne(personSessions.id, who.sessionId)))
        .returning(SHOWN);
      act.on(who.personId, { ended: rows.length });
      return rows;
    }),
  );
  announcePeople(app, [who.personId]);
  return ended;
}

/**
 * From now on the session is in another account, where a request names none.
 * @returns whom it stands for there
 * @throws {AccountNotFound}
 */
export async function switchAccount(
  app: App,
  who: PersonPrincipal,
  accountId: AccountId,
): Promise<PersonPrincipal> {
  const [member] = await app.db
    .select({ role: members.role, strict: isStrict() })
    .from(members)
    .where(and(eq(members.accountId, accountId), eq(members.personId, who.personId)));
  if (!member) throw new AccountNotFound();
  const there = { ...who, ...standIn(who, { accountId, ...member }) };
  await app.db.transaction((tx) =>
    doNoted(tx, there, 'session.switch_account', app.clock(), async (act) => {
      act.on(accountId);
      await tx
        .update(personSessions)
        .set({ currentAccountId: accountId, updatedAt: new Date(app.clock()) })
        .where(and(eq(personSessions.personId, who.personId), eq(personSessions.id, who.sessionId)));
    }),
  );
  announcePeople(app, [who.personId]);
  return there;
}

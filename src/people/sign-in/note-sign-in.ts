import type { PersonId, SessionId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { noteOfPerson, type PersonalAct } from '../note-person.ts';
import { noteRefusedPerson } from '../note-refused.ts';
import { addressOf, type Context } from './context.ts';
import { factorsOfNew } from './session-factors.ts';

/** Notes that somebody was let in, and by what, before they hear of it. */
export function noteSignIn(app: App, ctx: Context): Promise<void> {
  return noteOfNew(app, ctx, { action: 'session.begin', details: { factors: factorsOfNew(ctx.path) } });
}

/** The password was right, and a second factor is asked for: who stops here knows the password, and no more. */
export async function noteHalfSignIn(app: App, ctx: Context): Promise<void> {
  const personId = ctx.context.newSession!.session.userId as PersonId;
  const address = addressOf(ctx) ?? null;
  const refused = { action: 'session.begin', outcome: 'auth/second_factor_needed', address } as const;
  await noteRefusedPerson(app, { personId, sessionId: null }, refused);
}

/** Notes that somebody has a new password. Their session goes on in another one. */
export function noteNewPassword(app: App, ctx: Context): Promise<void> {
  return noteOfNew(app, ctx, { action: 'session.change_password' });
}

/** Of the session that this request has made. */
async function noteOfNew(
  app: App,
  ctx: Context,
  done: Pick<PersonalAct, 'action' | 'details'>,
): Promise<void> {
  const { session } = ctx.context.newSession!;
  const act = {
    personId: session.userId as PersonId,
    sessionId: session.id as SessionId,
    address: addressOf(ctx) ?? null,
    ...done,
  };
  await app.db.transaction((tx) => noteOfPerson(tx, act, app.clock()));
}

import { eq } from 'drizzle-orm';
import type { PersonId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { noteOfPerson } from '../note-person.ts';
import { people } from '../table.ts';

/**
 * Sends the link for a new password. Nobody waits for it: how long a mail server takes would tell whether there is
 * anybody with that address.
 */
export function sendReset(app: App, email: string, token: string): void {
  const link = `${app.publicUrl}/join#reset=${token}`;
  const text = [
    'Somebody, most likely you, wants a new password for this e-mail address on Otpost.',
    'Follow this link to set it, within half an hour:',
    link,
    'If it was not you, ignore this message: nothing has changed.',
  ].join('\n\n');
  app.mail?.send({ to: email, subject: 'A new password for Otpost', text }).catch((error: unknown) => {
    app.log.warn({ err: error }, 'the link of a reset was not sent');
  });
}

/** Whoever had the link holds the address. Every account that they are in is to know of it. */
export async function noteReset(app: App, personId: PersonId, address: string | null): Promise<void> {
  await app.db.transaction(async (tx) => {
    await tx.update(people).set({ emailVerified: true }).where(eq(people.id, personId));
    const act = { personId, sessionId: null, address, action: 'session.reset_password' } as const;
    await noteOfPerson(tx, act, app.clock());
  });
}

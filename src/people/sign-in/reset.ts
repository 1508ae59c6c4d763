import { eq } from 'drizzle-orm';
import type { PersonId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { ResetNotFound } from '../errors.ts';
import { noteOfPerson } from '../note-person.ts';
import { people } from '../table.ts';
import { textOf, type Context } from './context.ts';

/** Asks the library for a link, for whoever has that address. */
export type AskReset = (email: string) => Promise<unknown>;

/**
 * Links for new passwords, made behind the answers to those who want them: for somebody who is there a row is sealed
 * and a mail goes out, and how long that takes would tell.
 */
export interface Resets extends AsyncDisposable {
  begin(work: () => Promise<unknown>): void;
}

export function createResets(app: App): Resets {
  const running = new Set<Promise<void>>();
  async function behind(work: () => Promise<unknown>): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    try {
      await work();
    } catch (error) {
      app.log.warn({ err: error }, 'the link of a reset was not made');
    }
  }
  return {
    begin(work) {
      const one = behind(work).finally(() => running.delete(one));
      running.add(one);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running);
    },
  };
}

/** What is said to everybody, whether there is anybody with that address or not. */
export const RESET_ANSWER = {
  status: true,
  message: 'If somebody has this e-mail address, a link for a new password is on its way to it.',
};

/** Sends the link for a new password. */
export async function sendReset(app: App, email: string, token: string): Promise<void> {
  const link = `${app.publicUrl}/join#reset=${token}`;
  const text = [
    'Somebody, most likely you, wants a new password for this e-mail address on Otpost.',
    'Follow this link to set it, within half an hour:',
    link,
    'If it was not you, ignore this message: nothing has changed.',
  ].join('\n\n');
  await app.mail?.send({ to: email, subject: 'A new password for Otpost', text }).catch((error: unknown) => {
    app.log.warn({ err: error }, 'the link of a reset was not sent');
  });
}

// As the library writes them. It would look for whatever it is given.
const TOKEN = /^\w{1,100}$/;

/**
 * A link replaces the password that there was when it was made. Whoever has set another one since, by another link or by
 * knowing the old one, is done with it: what lies in a mailbox is good for nothing more.
 * @throws {ResetNotFound}
 */
export async function refuseOutdated(ctx: Context): Promise<void> {
  const { internalAdapter } = ctx.context;
  const token = textOf(ctx, 'token');
  // It would take one from the query, too, which stands in logs. Without any it says what is missing.
  if (token === undefined && !ctx.query?.token) return;
  if (token === undefined || !TOKEN.test(token)) throw new ResetNotFound();
  const made = await internalAdapter.findVerificationValue(`reset-password:${token}`);
  if (!made) throw new ResetNotFound();
  const passwords = await internalAdapter.findAccounts(made.value);
  if (passwords.some(({ updatedAt }) => updatedAt > made.createdAt)) throw new ResetNotFound();
}

/** Whoever had the link holds the address. Every account that they are in is to know of it. */
export async function noteReset(app: App, personId: PersonId, address: string | null): Promise<void> {
  await app.db.transaction(async (tx) => {
    await tx.update(people).set({ emailVerified: true }).where(eq(people.id, personId));
    const act = { personId, sessionId: null, address, action: 'session.reset_password' } as const;
    await noteOfPerson(tx, act, app.clock());
  });
}

import type { createAuthMiddleware } from 'better-auth/api';
import { CredentialInvalid, CredentialMissing } from '../../accounts/errors.ts';
import type { PersonId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { findSession } from '../authenticate-session.ts';
import type { KnownSession } from '../session-directory.ts';
import { readBearerSession } from '../session-token.ts';
import { ADDRESS_HEADER } from './address-header.ts';
import { WrongPassword } from '../errors.ts';
import { readDevice } from './device.ts';

/** What better-auth gives to whoever looks at a request before or behind it. */
export type Context = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

/** Of a sign-in whose password was right, until its second step. */
export const BEGUN_COOKIE = 'two_factor';

export function addressOf(ctx: Context): string | undefined {
  return ctx.headers?.get(ADDRESS_HEADER) ?? undefined;
}

/** A text of the body, which the library has not looked at yet: it is any JSON. */
export function textOf(ctx: Context, name: string): string | undefined {
  const value = ((ctx.body ?? {}) as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}

/** The password of somebody who is in already. @throws {WrongPassword} or the library's word for it */
export async function provePassword(ctx: Context, personId: PersonId): Promise<void> {
  // The library hashes whatever is there.
  if (textOf(ctx, 'password') === undefined) throw new WrongPassword();
  await ctx.context.password.checkPassword(personId, ctx as never);
}

/** The device that its cookie proves; undefined when it is none that this person has signed in with. */
export function deviceOf(app: App, ctx: Context, prefix: string, email: string): string | undefined {
  return readDevice(app, email, ctx.getCookie(`${prefix}.device`));
}

/** The address of e-mail of somebody; empty when there is nobody any more. */
export async function emailOf(ctx: Context, personId: PersonId): Promise<string> {
  return (await ctx.context.internalAdapter.findUserById(personId))?.email ?? '';
}

/** Whose request it is: of a session, or of a sign-in that was begun. */
export interface Asking {
  personId: PersonId;
  /** Absent: only the password was right so far. */
  session?: KnownSession;
}

/** @throws {CredentialMissing} for a stranger, and for a sign-in that was begun */
export async function sessionOf(app: App, ctx: Context): Promise<KnownSession> {
  const session = await findSessionOf(app, ctx);
  if (!session) throw new CredentialMissing();
  return session;
}

/** @returns undefined for a stranger */
export async function askingOf(app: App, ctx: Context): Promise<Asking | undefined> {
  const session = await findSessionOf(app, ctx);
  if (session) return { personId: session.personId, session };
  const cookie = ctx.context.createAuthCookie(BEGUN_COOKIE);
  const begun = await ctx.getSignedCookie(cookie.name, ctx.context.secret);
  const step = begun ? await ctx.context.internalAdapter.findVerificationValue(begun) : null;
  return step ? { personId: step.value as PersonId } : undefined;
}

/** The session that a request comes with: of a browser's cookie, too, the door has made this header. */
async function findSessionOf(app: App, ctx: Context): Promise<KnownSession | undefined> {
  const token = readBearerSession(ctx.headers?.get('authorization') ?? '');
  if (token === undefined) return undefined;
  try {
    return await findSession(app, token);
  } catch (error) {
    if (error instanceof CredentialInvalid) return undefined;
    throw error;
  }
}

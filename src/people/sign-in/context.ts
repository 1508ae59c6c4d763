import type { createAuthMiddleware } from 'better-auth/api';
import { CredentialInvalid } from '../../accounts/errors.ts';
import type { PersonId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { findSession } from '../authenticate-session.ts';
import { readSessionCookie } from '../session-cookie.ts';
import type { KnownSession } from '../session-directory.ts';
import { ADDRESS_HEADER } from './address-header.ts';
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

/** The device that its cookie proves; undefined when it is none that this person has signed in with. */
export function deviceOf(app: App, ctx: Context, prefix: string, email: string): string | undefined {
  return readDevice(app, email, ctx.getCookie(`${prefix}.device`));
}

/** The token of the session that a request comes with: of a program in a header, of a browser in a cookie. */
export function sessionTokenOf(app: App, ctx: Context): string | undefined {
  const bearer = /^bearer +([^ .]+)/i.exec(ctx.headers?.get('authorization') ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  return readSessionCookie(ctx.headers?.get('cookie') ?? undefined, app.publicUrl.startsWith('https:'));
}

/** Whose request it is: of a session, or of a sign-in that was begun. */
export interface Asking {
  personId: PersonId;
  /** Absent: only the password was right so far. */
  session?: KnownSession;
}

/** @returns undefined for a stranger */
export async function askingOf(app: App, ctx: Context): Promise<Asking | undefined> {
  const session = await sessionOf(app, ctx);
  if (session) return { personId: session.personId, session };
  const cookie = ctx.context.createAuthCookie(BEGUN_COOKIE);
  const begun = await ctx.getSignedCookie(cookie.name, ctx.context.secret);
  const step = begun ? await ctx.context.internalAdapter.findVerificationValue(begun) : null;
  return step ? { personId: step.value as PersonId } : undefined;
}

async function sessionOf(app: App, ctx: Context): Promise<KnownSession | undefined> {
  const token = sessionTokenOf(app, ctx);
  if (token === undefined) return undefined;
  try {
    return await findSession(app, token);
  } catch (error) {
    if (error instanceof CredentialInvalid) return undefined;
    throw error;
  }
}

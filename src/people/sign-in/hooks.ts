import { createAuthMiddleware } from 'better-auth/api';
import { NoMail } from '../../mail/mailer.ts';
import type { App } from '../../platform.ts';
import { readNewPassword } from '../password.ts';
import { asApiError } from './api-error.ts';
import { addressOf, deviceOf, sessionTokenOf, textOf, type Context } from './context.ts';
import { DEVICE_SECONDS, issueDevice } from './device.ts';
import {
  countAttempt,
  countedForReset,
  countedForSession,
  countedForSignIn,
  forgiveAttempt,
  type Counted,
} from './guard.ts';
import { ADD_PASSKEY, afterPasskey, beforePasskey, REMOVE_PASSKEY, USE_PASSKEY } from './passkey.ts';
import { afterFactor, beforeFactor, isCodePath, type CheckCode } from './second-factor.ts';

const SIGN_IN = '/sign-in/email';
const RESET = '/request-password-reset';
const WITH_NEW_PASSWORD: readonly string[] = ['/change-password', '/reset-password'];
/** Who is in already, and proves it again. */
const WITH_PASSWORD: readonly string[] = [
  '/change-password',
  '/two-factor/enable',
  '/two-factor/disable',
  '/two-factor/generate-backup-codes',
  ADD_PASSKEY,
  REMOVE_PASSKEY,
];

export interface HookOptions {
  /** Of the cookies. */
  prefix: string;
  checkCode: CheckCode;
}

/** Before anything is looked at: whether it may be, and whether a new password is one. */
export function beforeSignIn(app: App, { prefix, checkCode }: HookOptions) {
  return createAuthMiddleware(async (ctx) => {
    const newPassword = textOf(ctx, 'newPassword');
    if (WITH_NEW_PASSWORD.includes(ctx.path) && newPassword !== undefined)
      await asApiError(Promise.try(readNewPassword, newPassword));
    if (ctx.path === RESET) await asApiError(countReset(app, ctx));
    const counted = countedOf(app, ctx, prefix);
    if (counted) await asApiError(countAttempt(app, counted));
    const changed = await asApiError(beforeFactor(app, ctx, { prefix, checkCode }));
    // Whoever changes it may do so because somebody else knows it.
    const body =
      ctx.path === '/change-password'
        ? { revokeOtherSessions: true }
        : (changed ?? (await asApiError(beforePasskey(app, ctx))));
    return body && { context: { body: { ...(ctx.body as object), ...body } } };
  });
}

/** What was right is not held against anybody; and a browser that was let in is known from now on. */
export function afterSignIn(app: App, { prefix }: HookOptions) {
  return createAuthMiddleware(async (ctx) => {
    const answer = (await afterFactor(app, ctx)) ?? (await afterPasskey(app, ctx));
    if (ctx.context.returned instanceof Error) return undefined;
    const counted = countedOf(app, ctx, prefix);
    if (counted) await forgiveAttempt(app, counted);
    const person = ctx.context.newSession?.user;
    const isIn =
      (ctx.path === SIGN_IN && person?.twoFactorEnabled !== true) ||
      isCodePath(ctx.path) ||
      ctx.path === USE_PASSKEY;
    if (person && isIn && !deviceOf(app, ctx, prefix, person.email)) {
      const cookie = ctx.context.createAuthCookie('device', { maxAge: DEVICE_SECONDS });
      ctx.setCookie(cookie.name, issueDevice(app, person.email), cookie.attributes);
    }
    return answer && ctx.json(answer);
  });
}

/** @throws {NoMail | TooManyAttempts} */
async function countReset(app: App, ctx: Context): Promise<void> {
  if (!app.mail) throw new NoMail();
  await countAttempt(
    app,
    countedForReset(app, { email: textOf(ctx, 'email') ?? '', address: addressOf(ctx) }),
  );
}

function countedOf(app: App, ctx: Context, prefix: string): Counted[] | undefined {
  if (ctx.path === SIGN_IN) {
    const email = textOf(ctx, 'email') ?? '';
    return countedForSignIn(app, {
      email,
      device: deviceOf(app, ctx, prefix, email),
      address: addressOf(ctx),
    });
  }
  if (!WITH_PASSWORD.includes(ctx.path)) return undefined;
  const token = sessionTokenOf(app, ctx);
  return token ? countedForSession(app, token) : undefined;
}

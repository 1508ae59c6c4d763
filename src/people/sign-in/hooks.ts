import { createAuthMiddleware } from 'better-auth/api';
import { NoMail } from '../../mail/mailer.ts';
import type { App } from '../../platform.ts';
import { readNewPassword } from '../password.ts';
import { ADDRESS_HEADER } from './address-header.ts';
import { asApiError } from './api-error.ts';
import { DEVICE_SECONDS, issueDevice, readDevice } from './device.ts';
import {
  countAttempt,
  countedForReset,
  countedForSession,
  countedForSignIn,
  forgiveAttempt,
  type Counted,
} from './guard.ts';

const SIGN_IN = '/sign-in/email';
const RESET = '/request-password-reset';
const WITH_NEW_PASSWORD: readonly string[] = ['/change-password', '/reset-password'];
/** Who is in already, and proves it again. */
const WITH_PASSWORD: readonly string[] = ['/change-password'];

type Context = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

/** Before anything is looked at: whether it may be, and whether a new password is one. */
export function beforeSignIn(app: App, prefix: string) {
  return createAuthMiddleware(async (ctx) => {
    const { newPassword } = bodyOf(ctx);
    if (WITH_NEW_PASSWORD.includes(ctx.path) && newPassword !== undefined)
      await asApiError(Promise.try(readNewPassword, newPassword));
    if (ctx.path === RESET) await asApiError(countReset(app, ctx));
    const counted = countedOf(app, ctx, prefix);
    if (counted) await asApiError(countAttempt(app, counted));
    // Whoever changes it may do so because somebody else knows it.
    if (ctx.path === '/change-password')
      return { context: { body: { ...(ctx.body as object), revokeOtherSessions: true } } };
    return undefined;
  });
}

/** What was right is not held against anybody; and a browser that was let in is known from now on. */
export function afterSignIn(app: App, prefix: string) {
  return createAuthMiddleware(async (ctx) => {
    if (ctx.context.returned instanceof Error) return;
    const counted = countedOf(app, ctx, prefix);
    if (counted) await forgiveAttempt(app, counted);
    const { email } = bodyOf(ctx);
    if (ctx.path !== SIGN_IN || email === undefined || deviceOf(app, ctx, prefix)) return;
    const cookie = ctx.context.createAuthCookie('device', { maxAge: DEVICE_SECONDS });
    ctx.setCookie(cookie.name, issueDevice(app, email), cookie.attributes);
  });
}

/** @throws {NoMail | TooManyAttempts} */
async function countReset(app: App, ctx: Context): Promise<void> {
  if (!app.mail) throw new NoMail();
  const email = bodyOf(ctx).email ?? '';
  await countAttempt(app, countedForReset(app, { email, address: addressOf(ctx) }));
}

const addressOf = (ctx: Context) => ctx.headers?.get(ADDRESS_HEADER) ?? undefined;

function countedOf(app: App, ctx: Context, prefix: string): Counted[] | undefined {
  if (ctx.path === SIGN_IN) {
    const email = bodyOf(ctx).email ?? '';
    return countedForSignIn(app, { email, device: deviceOf(app, ctx, prefix), address: addressOf(ctx) });
  }
  if (!WITH_PASSWORD.includes(ctx.path)) return undefined;
  const token = ctx.getCookie(ctx.context.authCookies.sessionToken.name);
  return token ? countedForSession(app, token) : undefined;
}

function deviceOf(app: App, ctx: Context, prefix: string): string | undefined {
  return readDevice(app, bodyOf(ctx).email ?? '', ctx.getCookie(`${prefix}.device`));
}

/** The library has not looked at it yet: any JSON. */
function bodyOf(ctx: Context): { email?: string; newPassword?: string } {
  const body = (ctx.body ?? {}) as Record<string, unknown>;
  const text = (name: string) => (typeof body[name] === 'string' ? { [name]: body[name] } : {});
  return { ...text('email'), ...text('newPassword') };
}

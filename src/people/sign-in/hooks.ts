import { createAuthMiddleware } from 'better-auth/api';
import { NoMail } from '../../mail/mailer.ts';
import type { App } from '../../platform.ts';
import { readEmail } from '../email.ts';
import { readNewPassword } from '../password.ts';
import { signOut } from '../sign-out.ts';
import { asApiError } from './api-error.ts';
import { addressOf, askingOf, deviceOf, emailOf, sessionOf, textOf, type Context } from './context.ts';
import { DEVICE_SECONDS, issueDevice } from './device.ts';
import {
  countAttempt,
  countedForPassword,
  countedForReset,
  countedForSignIn,
  forgiveAttempt,
  type Counted,
} from './guard.ts';
import { noteHalfSignIn, noteNewPassword, noteSignIn } from './note-sign-in.ts';
import { ADD_PASSKEY, afterPasskey, beforePasskey, REMOVE_PASSKEY, USE_PASSKEY } from './passkey.ts';
import { createResets, refuseOutdated, RESET_ANSWER, type AskReset } from './reset.ts';
import { afterFactor, beforeFactor, isCodePath, isSecondStep, type CheckCode } from './second-factor.ts';

const SIGN_IN = '/sign-in/email';
const SIGN_OUT = '/sign-out';
const RESET = '/request-password-reset';
const CHANGE_PASSWORD = '/change-password';
const RESET_PASSWORD = '/reset-password';
const WITH_NEW_PASSWORD: readonly string[] = [CHANGE_PASSWORD, RESET_PASSWORD];
/** Who is in already, and proves it again. */
const WITH_PASSWORD: readonly string[] = [
  CHANGE_PASSWORD,
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
  askReset: AskReset;
}

/** Before anything is looked at: whether it may be, and whether a new password is one. */
export function beforeSignIn(app: App, { prefix, checkCode, askReset }: HookOptions) {
  return createAuthMiddleware(async (ctx) => {
    const newPassword = textOf(ctx, 'newPassword');
    if (WITH_NEW_PASSWORD.includes(ctx.path) && newPassword !== undefined)
      await asApiError(Promise.try(readNewPassword, newPassword));
    if (ctx.path === RESET_PASSWORD) await asApiError(refuseOutdated(ctx));
    // Without a request it is our own call, behind the answer.
    if (ctx.path === RESET && ctx.request) {
      const email = await asApiError(countReset(app, ctx));
      app.single(createResets).begin(() => askReset(email));
      return ctx.json(RESET_ANSWER);
    }
    if (ctx.path === SIGN_OUT) await signOutNoted(app, ctx);
    const counted = await asApiError(countedOf(app, ctx, prefix));
    if (counted) await asApiError(countAttempt(app, counted));
    const changed = await asApiError(beforeFactor(app, ctx, { prefix, checkCode }));
    // Whoever changes it may do so because somebody else knows it.
    const body =
      ctx.path === CHANGE_PASSWORD
        ? { revokeOtherSessions: true }
        : (changed ?? (await asApiError(beforePasskey(app, ctx))));
    if (!counted && !body) return undefined;
    return { context: { body: { ...(ctx.body as object), ...body, ...(counted && { counted }) } } };
  });
}

/** What was right is not held against anybody; and a browser that was let in is known from now on. */
export function afterSignIn(app: App, { prefix }: HookOptions) {
  return createAuthMiddleware(async (ctx) => {
    const answer = (await afterFactor(app, ctx)) ?? (await afterPasskey(app, ctx));
    if (ctx.context.returned instanceof Error) return undefined;
    if (isCounted(ctx.path)) await forgiveAttempt(app, (ctx.body as { counted: Counted[] }).counted);
    const person = ctx.context.newSession?.user;
    const isHalf = ctx.path === SIGN_IN && person?.twoFactorEnabled === true;
    const isIn = !isHalf && (ctx.path === SIGN_IN || isCodePath(ctx.path) || ctx.path === USE_PASSKEY);
    if (isHalf) await noteHalfSignIn(app, ctx);
    if (isIn && !(isCodePath(ctx.path) && !isSecondStep(ctx))) await noteSignIn(app, ctx);
    if (ctx.path === CHANGE_PASSWORD) await noteNewPassword(app, ctx);
    if (person && isIn && !deviceOf(app, ctx, prefix, person.email)) {
      const cookie = ctx.context.createAuthCookie('device', { maxAge: DEVICE_SECONDS });
      ctx.setCookie(cookie.name, issueDevice(app, person.email), cookie.attributes);
    }
    return answer && ctx.json(answer);
  });
}

/** The session goes here, with its entry; what the library does besides is to take the cookie back. */
async function signOutNoted(app: App, ctx: Context): Promise<void> {
  const session = (await askingOf(app, ctx))?.session;
  if (session) await signOut(app, session, addressOf(ctx) ?? null);
}

/**
 * @returns the address whose owner wants a link
 * @throws {NoMail | InvalidInput | TooManyAttempts}
 */
async function countReset(app: App, ctx: Context): Promise<string> {
  if (!app.mail) throw new NoMail();
  const email = readEmail(textOf(ctx, 'email') ?? '');
  await countAttempt(app, countedForReset(app, { email, address: addressOf(ctx) }));
  return email;
}

function isCounted(path: string): boolean {
  return path === SIGN_IN || WITH_PASSWORD.includes(path);
}

/**
 * By what an attempt is counted. It goes along in the body, and no client's does: a new password ends the session that
 * says whose it is.
 * @throws {CredentialMissing}
 */
async function countedOf(app: App, ctx: Context, prefix: string): Promise<Counted[] | undefined> {
  if (!isCounted(ctx.path)) return undefined;
  const address = addressOf(ctx);
  if (ctx.path === SIGN_IN) {
    const email = textOf(ctx, 'email') ?? '';
    return countedForSignIn(app, { email, device: deviceOf(app, ctx, prefix, email), address });
  }
  const { personId } = await sessionOf(app, ctx);
  const device = deviceOf(app, ctx, prefix, await emailOf(ctx, personId));
  return countedForPassword(app, { personId, device, address });
}

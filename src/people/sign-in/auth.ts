import { betterAuth } from 'better-auth/minimal';
import { bearer } from 'better-auth/plugins/bearer';
import type { Factor } from '../../accounts/factor.ts';
import { newId } from '../../crypto/new-id.ts';
import type { PersonId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { MAX_PASSWORD, MIN_PASSWORD } from '../password.ts';
import { createPasswords } from '../passwords.ts';
import { cookiePrefix, SESSION_COOKIE } from '../session-cookie.ts';
import { writeSessionToken } from '../session-token.ts';
import { createAuthStore } from './adapter.ts';
import { ADDRESS_HEADER } from './address-header.ts';
import { asApiError } from './api-error.ts';
import { afterSignIn, beforeSignIn, type HookOptions } from './hooks.ts';
import { passkeyPlugin } from './passkey.ts';
import { noteReset, sendReset, type AskReset } from './reset.ts';
import { factorsOfNew } from './session-factors.ts';
import { secondFactorPlugin, type CheckCode } from './second-factor.ts';

export const AUTH_PATH = '/auth';

/** A working day: whoever comes back tomorrow signs in again, and nothing is left open overnight. */
export const SESSION_SECONDS = 12 * 3_600;
/** What changes how somebody signs in wants to have seen them lately. */
const FRESH_SECONDS = 15 * 60;
/** How long the link of a reset is good. */
const RESET_SECONDS = 30 * 60;
const TOKEN_BYTES = 24;

export type Auth = ReturnType<typeof createAuth>;

/**
 * The sign-in of people, by better-auth: passwords, sessions and their cookies. What is ours is where it keeps them
 * (adapter.ts), how passwords are hashed, and how many may be tried (guard.ts).
 */
export function createAuth(app: App) {
  const url = new URL(app.publicUrl);
  const secure = url.protocol === 'https:';
  const prefix = cookiePrefix(secure);
  const passwords = app.single(createPasswords);
  // Of what is made below: it looks at a code in the middle of another request, and makes a link behind one.
  const checkCode: CheckCode = (kind, request) =>
    kind === 'totp' ? auth.api.verifyTOTP(request) : auth.api.verifyBackupCode(request);
  const askReset: AskReset = (email) => auth.api.requestPasswordReset({ body: { email } });
  const options: HookOptions = { prefix, checkCode, askReset };
  const auth = betterAuth({
    appName: 'Otpost',
    baseURL: url.origin,
    basePath: AUTH_PATH,
    // It signs cookies that live for minutes. What rests is sealed by us, under keys that rotate.
    secret: secretOf(app),
    database: createAuthStore(app),
    // Who may call at all was decided before it came here; this is the second look.
    trustedOrigins: (request) => {
      const origin = request?.headers.get('origin');
      return origin ? [origin] : [];
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: MIN_PASSWORD,
      // In UTF-16 units; characters are counted in hooks.ts.
      maxPasswordLength: MAX_PASSWORD * 2,
      resetPasswordTokenExpiresIn: RESET_SECONDS,
      revokeSessionsOnPasswordReset: true,
      ...(app.mail && {
        sendResetPassword: async ({ user, token }: { user: { email: string }; token: string }) =>
          sendReset(app, user.email, token),
        onPasswordReset: async ({ user }: { user: { id: string } }, request?: Request) =>
          noteReset(app, user.id as PersonId, request?.headers.get(ADDRESS_HEADER) ?? null),
      }),
      password: {
        hash: (password) => asApiError(passwords.hash(password)),
        verify: ({ hash, password }) => asApiError(passwords.verify(hash, password)),
      },
    },
    session: {
      expiresIn: SESSION_SECONDS,
      freshAge: FRESH_SECONDS,
      disableSessionRefresh: true,
      additionalFields: { factors: { type: 'string[]', input: false, required: true } },
    },
    verification: { storeIdentifier: 'hashed' },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    advanced: {
      // The prefix is ours, and stricter: __Host- where it would write __Secure-.
      useSecureCookies: false,
      cookiePrefix: prefix,
      cookies: { session_token: { name: prefix + SESSION_COOKIE } },
      defaultCookieAttributes: { httpOnly: true, secure, sameSite: 'strict', path: '/' },
      ipAddress: { disableIpTracking: true },
      disableOriginCheck: false,
      disableCSRFCheck: false,
      database: { generateId: ({ model }) => newRowId(app, model) },
    },
    databaseHooks: {
      session: {
        create: {
          before: async (session, ctx) => ({
            data: {
              ...session,
              // The library's is a day for whoever does not want to be remembered: that goes with the browser, and ends no later.
              expiresAt: new Date(session.createdAt.getTime() + SESSION_SECONDS * 1_000),
              token: writeSessionToken(app.keys.randomBytes(TOKEN_BYTES)),
              factors: factorsOfNew(
                ctx?.path ?? '',
                ctx?.context.session?.session.factors as Factor[] | undefined,
              ),
            },
          }),
        },
      },
    },
    hooks: { before: beforeSignIn(app, options), after: afterSignIn(app, options) },
    // What is no refusal of its own comes out as it was thrown, and is masked and logged there.
    onAPIError: { throw: true },
    // Its words can hold addresses of e-mail; what is worth a line is logged by us.
    logger: { disabled: true },
    plugins: [bearer(), secondFactorPlugin(), passkeyPlugin(app.passkeys)],
  });
  return auth;
}

/** Ids of people and sessions are seen outside, the others are not. */
function newRowId(app: App, model: string): string {
  if (model === 'user') return newId('per', app.clock());
  return newId(model === 'session' ? 'ses' : 'sgn', app.clock());
}

/** Of the index key, which never rotates: with the others every sign-in under way would break. */
function secretOf(app: App): string {
  return ['1', '2'].map((part) => app.keys.blindIndex('sign-in', 'secret', part).toString('hex')).join('');
}

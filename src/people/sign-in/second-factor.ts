import { twoFactor } from 'better-auth/plugins/two-factor';
import { and, eq, ne } from 'drizzle-orm';
import type { AuditAction } from '../../audit/actions.ts';
import { InvalidInput } from '../../errors.ts';
import type { PersonId, SessionId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { announcePeople } from '../announce.ts';
import { SecondFactorOff, StepOver, TooManyAttempts } from '../errors.ts';
import { noteOfPerson, type PersonalAct } from '../note-person.ts';
import { noteRefusedPerson } from '../note-refused.ts';
import { sessionHash } from '../session-directory.ts';
import { personSessions } from '../table.ts';
import {
  addressOf,
  askingOf,
  deviceOf,
  emailOf,
  provePassword,
  sessionOf,
  textOf,
  type Context,
} from './context.ts';
import { countAttempt, countedForCode, forgiveAttempt, type Counted } from './guard.ts';
import { provenAsFarAsPossible } from './passkey.ts';
import { readRefusal } from './refusals.ts';
import { giveCodeBack, takeCode } from './used-codes.ts';

/** Wrong codes in a row, from wherever they come and over however many days (NIST SP 800-63B-4 §3.2.2: at most 100). */
const MAX_IN_A_ROW = 30;
const LOCKED_SECONDS = 24 * 3_600;
/** How long the second step may take. */
const STEP_SECONDS = 10 * 60;

const VERIFY_TOTP = '/two-factor/verify-totp';
const VERIFY_BACKUP_CODE = '/two-factor/verify-backup-code';
const DISABLE = '/two-factor/disable';
const RENEW_CODES = '/two-factor/generate-backup-codes';
const ENABLE = '/two-factor/enable';

/** Looks at a code of whoever has signed in, as its own path does: counted, and good once. */
export type CheckCode = (
  kind: 'totp' | 'backupCode',
  request: { body: { code: string }; headers: Headers },
) => Promise<unknown>;

/** Codes of an authenticator app (RFC 6238), and those for when it is lost. */
export function secondFactorPlugin() {
  return twoFactor({
    issuer: 'Otpost',
    twoFactorCookieMaxAge: STEP_SECONDS,
    accountLockout: { enabled: true, maxFailedAttempts: MAX_IN_A_ROW, durationSeconds: LOCKED_SECONDS },
  });
}

export function isCodePath(path: string): boolean {
  return path === VERIFY_TOTP || path === VERIFY_BACKUP_CODE;
}

/** Whether a code is, or was, the second step of a sign-in: else it is given by somebody who is in. */
export function isSecondStep(ctx: Context): boolean {
  return (ctx.body as { found: Found }).found.sessionId === null;
}

interface Options {
  prefix: string;
  checkCode: CheckCode;
}

/** What the first look at a request found out, and the last one needs. It goes along in the body, and no client's does. */
interface Found {
  personId: PersonId;
  sessionId: SessionId | null;
  /** The code as it came; null: it is none to be given back. */
  taken: string | null;
  counted: Counted[];
}

/**
 * Before a code is looked at, or a factor is changed.
 * @returns what the body has besides, or instead
 * @throws {CredentialMissing | SecondFactorNeeded | TooManyAttempts | StepOver | InvalidInput | SecondFactorOff}
 */
export async function beforeFactor(app: App, ctx: Context, options: Options): Promise<object | undefined> {
  if (ctx.path === DISABLE || ctx.path === RENEW_CODES) await proveFactor(app, ctx, options.checkCode);
  if (ctx.path === ENABLE) {
    await provenAsFarAsPossible(app, await sessionOf(app, ctx));
    // What the app shows its owner is ours to say; the library takes any text for its link, also what fits in none.
    return { issuer: '' };
  }
  if (!isCodePath(ctx.path)) return undefined;
  const asking = await askingOf(app, ctx);
  if (!asking) throw new StepOver();
  const { personId, session } = asking;
  // With a session it may be what turns an app on, also one that was set up before there was a passkey.
  if (session) await provenAsFarAsPossible(app, session);
  const device = deviceOf(app, ctx, options.prefix, await emailOf(ctx, personId));
  const counted = countedForCode(app, { personId, device, address: addressOf(ctx) });
  await countAttempt(app, counted).catch(async (error: unknown) => {
    if (error instanceof TooManyAttempts)
      await noteRefusedPerson(
        app,
        { personId, sessionId: session?.sessionId ?? null },
        { action: 'second_factor.use', outcome: error.code, address: addressOf(ctx) ?? null },
      );
    throw error;
  });
  const code = textOf(ctx, 'code') ?? '';
  const taken = ctx.path === VERIFY_TOTP && (await takeCode(app, personId, code));
  const found: Found = {
    personId,
    sessionId: session?.sessionId ?? null,
    taken: taken ? code : null,
    counted,
  };
  return {
    found,
    // A code that was used is a wrong one: the library sees none, and counts.
    ...(ctx.path === VERIFY_TOTP && !taken && { code: '' }),
    // It would let this browser in without a code from now on.
    trustDevice: false,
    disableSession: false,
  };
}

/**
 * Whoever turns a factor off, or has new codes made, shows both once more: neither a session that was stolen nor a
 * password is enough.
 */
async function proveFactor(app: App, ctx: Context, checkCode: CheckCode): Promise<void> {
  const { personId } = await sessionOf(app, ctx);
  const person = (await ctx.context.internalAdapter.findUserById(personId)) as {
    twoFactorEnabled?: boolean;
  } | null;
  // Else the code would confirm an authenticator app that is being set up.
  if (person?.twoFactorEnabled !== true) throw new SecondFactorOff();
  const code = textOf(ctx, 'code');
  if (code === undefined)
    throw new InvalidInput('code', 'A code of your authenticator app is needed, or a backup code.');
  await provePassword(ctx, personId);
  await checkCode(/^\d+$/.test(code) ? 'totp' : 'backupCode', {
    body: { code },
    headers: ctx.headers ?? new Headers(),
  });
}

/** @returns the answer, when it is another one than the library's */
export async function afterFactor(app: App, ctx: Context): Promise<object | undefined> {
  const { returned } = ctx.context;
  if (isCodePath(ctx.path)) return afterCode(app, ctx);
  if (returned instanceof Error) return undefined;
  if (ctx.path === DISABLE) await noteChanged(app, ctx, 'second_factor.disable');
  if (ctx.path === RENEW_CODES) {
    const session = (await askingOf(app, ctx))?.session;
    if (session) await note(app, ctx, { ...session, action: 'second_factor.renew_backup_codes' });
  }
  return ctx.path === ENABLE ? withSecret(returned as { totpURI: string }) : undefined;
}

async function afterCode(app: App, ctx: Context): Promise<undefined> {
  const { returned, newSession } = ctx.context;
  const { personId, sessionId, taken, counted } = (ctx.body as { found: Found }).found;
  const factor = ctx.path === VERIFY_TOTP ? 'TOTP' : 'BACKUP_CODE';
  const used = { personId, sessionId, action: 'second_factor.use', details: { factor } } as const;
  if (returned instanceof Error) {
    if (taken !== null) await giveCodeBack(app, personId, taken);
    const { statusCode, body } = returned as unknown as { statusCode: number; body: unknown };
    return note(app, ctx, { ...used, outcome: readRefusal(app.publicUrl, statusCode, body).body.code });
  }
  await forgiveAttempt(app, counted);
  // The session was replaced: the first right code of an authenticator app has turned it on.
  if (sessionId !== null && newSession) return noteChanged(app, ctx, 'second_factor.enable');
  if (factor === 'BACKUP_CODE') return note(app, ctx, used);
  return undefined;
}

type Noted = Omit<PersonalAct, 'address'>;

async function note(app: App, ctx: Context, act: Noted): Promise<undefined> {
  const { personId, sessionId, action, outcome, details } = act;
  const address = addressOf(ctx) ?? null;
  await app.db.transaction((tx) =>
    noteOfPerson(tx, { personId, sessionId, address, action, outcome, details }, app.clock()),
  );
}

/** The session goes on in a new one. All others were made in another way than is asked for now, and end. */
async function noteChanged(app: App, ctx: Context, action: AuditAction): Promise<undefined> {
  const { session } = ctx.context.newSession!;
  const personId = session.userId as PersonId;
  const sessionId = session.id as SessionId;
  const address = addressOf(ctx) ?? null;
  await app.db.transaction(async (tx) => {
    const others = ne(personSessions.tokenHash, sessionHash(app, session.token));
    await tx.delete(personSessions).where(and(eq(personSessions.personId, personId), others));
    await noteOfPerson(tx, { personId, sessionId, address, action }, app.clock());
  });
  announcePeople(app, [personId]);
}

/** For whoever cannot show the picture of the link to their app: the secret, to be typed in. */
function withSecret(answer: { totpURI: string }): object {
  return { ...answer, secret: new URL(answer.totpURI).searchParams.get('secret') };
}

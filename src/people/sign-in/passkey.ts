import { passkey } from '@better-auth/passkey';
import type { Passkey } from '@better-auth/passkey';
import { and, eq, ne } from 'drizzle-orm';
import { SecondFactorNeeded } from '../../accounts/errors.ts';
import { areTwoFactors } from '../../accounts/factor.ts';
import { readName } from '../../errors.ts';
import type { PersonId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { announcePeople } from '../announce.ts';
import { PasskeyNotFound, PasskeyRefused } from '../errors.ts';
import { noteOfPerson, type PersonalAct } from '../note-person.ts';
import { hasPasskey } from '../queries.ts';
import type { KnownSession } from '../session-directory.ts';
import { personPasskeys, personSessions } from '../table.ts';
import { asApiError } from './api-error.ts';
import { addressOf, askingOf, provePassword, sessionOf, textOf, type Context } from './context.ts';
import { countAttempt, countedForPasskey } from './guard.ts';

const OPTIONS_TO_ADD = '/passkey/generate-register-options';
export const ADD_PASSKEY = '/passkey/verify-registration';
const OPTIONS_TO_USE = '/passkey/generate-authenticate-options';
export const USE_PASSKEY = '/passkey/verify-authentication';
const LIST = '/passkey/list-user-passkeys';
const RENAME = '/passkey/update-passkey';
export const REMOVE_PASSKEY = '/passkey/delete-passkey';

/**
 * Keys that stay on their device (WebAuthn). It asks for a PIN, a finger or a face before it signs, or it is refused:
 * that makes two factors of one.
 */
export function passkeyPlugin({ rpId, origins }: App['passkeys']) {
  const mustBeVerified = (isVerified: boolean | undefined) =>
    asApiError(isVerified === true ? Promise.resolve() : Promise.reject(new PasskeyRefused()));
  return passkey({
    rpID: rpId,
    rpName: 'Otpost',
    origin: [...origins],
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    registration: {
      afterVerification: ({ verification }) => mustBeVerified(verification.registrationInfo?.userVerified),
    },
    authentication: {
      afterVerification: ({ verification }) => mustBeVerified(verification.authenticationInfo.userVerified),
    },
    advanced: { webAuthnChallengeCookie: 'passkey' },
  });
}

/**
 * Whoever has a second factor shows it before they get another one, or lose one: else the password would be enough
 * to make one's own.
 * @throws {SecondFactorNeeded}
 */
export async function provenAsFarAsPossible(app: App, { personId, factors }: KnownSession): Promise<void> {
  if (areTwoFactors(factors)) return;
  if (await hasPasskey(app, personId)) throw new SecondFactorNeeded();
}

/**
 * Before the library looks at it.
 * @returns what the body has besides, or instead
 * @throws {TooManyAttempts | CredentialMissing | SecondFactorNeeded | PasskeyNotFound | InvalidInput}
 */
export async function beforePasskey(app: App, ctx: Context): Promise<object | undefined> {
  if (ctx.path === OPTIONS_TO_USE || ctx.path === USE_PASSKEY) {
    await countAttempt(app, countedForPasskey(app, addressOf(ctx)));
    return undefined;
  }
  if (![OPTIONS_TO_ADD, ADD_PASSKEY, RENAME, REMOVE_PASSKEY].includes(ctx.path)) return undefined;
  const session = await sessionOf(app, ctx);
  if (ctx.path === RENAME || ctx.path === REMOVE_PASSKEY) await ownPasskey(app, session, textOf(ctx, 'id'));
  if (ctx.path === RENAME) return { name: readName(textOf(ctx, 'name') ?? '') };
  await provenAsFarAsPossible(app, session);
  if (ctx.path === OPTIONS_TO_ADD) return undefined;
  await provePassword(ctx, session.personId);
  return ctx.path === ADD_PASSKEY
    ? { createSession: false, name: readName(textOf(ctx, 'name') ?? 'Passkey') }
    : {};
}

/** @throws {PasskeyNotFound} also for somebody else's */
async function ownPasskey(app: App, { personId }: KnownSession, id = ''): Promise<void> {
  const isId = /^sgn_[0-9a-f]{32}$/.test(id);
  const [own] = isId
    ? await app.db
        .select({ id: personPasskeys.id })
        .from(personPasskeys)
        .where(and(eq(personPasskeys.personId, personId), eq(personPasskeys.id, id as `sgn_${string}`)))
    : [];
  if (!own) throw new PasskeyNotFound();
}

/** @returns the answer, when it is another one than the library's */
export async function afterPasskey(app: App, ctx: Context): Promise<object | undefined> {
  const { returned } = ctx.context;
  if (returned instanceof Error) {
    if (ctx.path === USE_PASSKEY) await noteRefused(app, ctx);
    return undefined;
  }
  switch (ctx.path) {
    case OPTIONS_TO_USE:
      return { ...(returned as object), userVerification: 'required' };
    case USE_PASSKEY: {
      const { session, user } = returned as { session: { token: string }; user: object };
      return { token: session.token, user };
    }
    case LIST:
      return (returned as Passkey[]).map(shown);
    case ADD_PASSKEY:
      await note(app, ctx, 'passkey.add');
      return shown(returned as Passkey);
    case RENAME:
      await note(app, ctx, 'passkey.rename');
      return shown((returned as { passkey: Passkey }).passkey);
    case REMOVE_PASSKEY:
      await note(app, ctx, 'passkey.remove');
      return undefined;
    default:
      return undefined;
  }
}

/** The library's has its public key, too. */
function shown({ id, name, createdAt, backedUp, transports }: Passkey): object {
  return { id, name, createdAt, backedUp, transports: transports?.split(',').filter(Boolean) ?? [] };
}

/** Who takes one away has lost it, or does not want it used: what was opened with it ends, too. */
async function note(
  app: App,
  ctx: Context,
  action: 'passkey.add' | 'passkey.rename' | 'passkey.remove',
): Promise<void> {
  const session = (await askingOf(app, ctx))?.session;
  if (!session) return;
  const { personId, sessionId } = session;
  await app.db.transaction(async (tx) => {
    if (action === 'passkey.remove')
      await tx
        .delete(personSessions)
        .where(and(eq(personSessions.personId, personId), ne(personSessions.id, sessionId)));
    const act: PersonalAct = { personId, sessionId, address: addressOf(ctx) ?? null, action };
    await noteOfPerson(tx, act, app.clock());
  });
  announcePeople(app, [personId]);
}

/** That somebody has shown one and was not let in: by a copy of it, or from a page that is none of ours. */
async function noteRefused(app: App, ctx: Context): Promise<void> {
  const { response } = (ctx.body ?? {}) as { response?: { id?: unknown } };
  if (typeof response?.id !== 'string') return;
  const where = [{ field: 'credentialID', value: response.id }];
  const found = await ctx.context.adapter.findOne<{ userId: string }>({ model: 'passkey', where });
  if (!found) return;
  const act: PersonalAct = {
    personId: found.userId as PersonId,
    sessionId: null,
    address: addressOf(ctx) ?? null,
    action: 'second_factor.use',
    outcome: 'sign_in/passkey_refused',
    details: { factor: 'PASSKEY' },
  };
  await app.db.transaction((tx) => noteOfPerson(tx, act, app.clock()));
}

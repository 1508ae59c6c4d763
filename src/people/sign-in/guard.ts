import { createHash } from 'node:crypto';
import type { App } from '../../platform.ts';
import { normalizeEmail } from '../email.ts';
import { TooManyAttempts } from '../errors.ts';
import { WINDOW_MS } from './window.ts';

/** What attempts are counted by, and how many there may be in a window. */
export interface Counted {
  key: Buffer;
  limit: number;
}

const PER_DEVICE = 10;
/** An office behind one address mistypes, too. */
const PER_ADDRESS = 100;
/** A sign-in is two of them, and none is forgiven. */
const PASSKEYS_PER_ADDRESS = 600;
const RESETS_PER_EMAIL = 3;
const RESETS_PER_ADDRESS = 30;

// Counted first and looked at afterwards: fifty at the same time are fifty, and ten are looked at.
const COUNT = `
  INSERT INTO sign_in_failures AS f (counted, failures, since)
  SELECT unnest($1::bytea[]), 1, $2::timestamptz ORDER BY 1
  ON CONFLICT (counted) DO UPDATE SET
    failures = CASE WHEN f.since <= $3::timestamptz THEN 1 ELSE f.failures + 1 END,
    since = CASE WHEN f.since <= $3::timestamptz THEN excluded.since ELSE f.since END
  RETURNING counted, failures, since`;

/**
 * By what the passwords for an address are counted: by the browser when it has signed in before, and by the address
 * itself for all others together. So whoever guesses from elsewhere locks out strangers, and not the owner.
 * @param device of the browser's cookie, when it is of this address
 */
export function countedForSignIn(
  app: Pick<App, 'keys'>,
  attempt: { email: string; device: string | undefined; address: string | undefined },
): Counted[] {
  const { device, email, address } = attempt;
  const own = device ? keyOf(app, 'device', device) : keyOf(app, 'email', normalizeEmail(email));
  return [{ key: own, limit: PER_DEVICE }, ...fromAddress(app, address)];
}

/**
 * By what the codes of a second factor are counted, in the same way: whoever has somebody's password and guesses codes
 * does not lock them out where they have signed in before.
 */
export function countedForCode(
  app: Pick<App, 'keys'>,
  attempt: { personId: string; device: string | undefined; address: string | undefined },
): Counted[] {
  const { device, personId, address } = attempt;
  const own = device ? keyOf(app, 'code on device', device) : keyOf(app, 'code', personId);
  return [{ key: own, limit: PER_DEVICE }, ...fromAddress(app, address)];
}

/** Nobody guesses a signature; but each question for one is kept for some minutes. */
export function countedForPasskey(app: Pick<App, 'keys'>, address: string | undefined): Counted[] {
  return address ? [{ key: keyOf(app, 'passkey from', siteOf(address)), limit: PASSKEYS_PER_ADDRESS }] : [];
}

function fromAddress(app: Pick<App, 'keys'>, address: string | undefined): Counted[] {
  return address ? [{ key: keyOf(app, 'address', siteOf(address)), limit: PER_ADDRESS }] : [];
}

/**
 * By what the passwords are counted that somebody gives who is in already, in the same way. It is by the person, and not
 * by the session: whoever has a stolen one has no more tries with another one.
 */
export function countedForPassword(
  app: Pick<App, 'keys'>,
  attempt: { personId: string; device: string | undefined; address: string | undefined },
): Counted[] {
  const { device, personId, address } = attempt;
  const own = device ? keyOf(app, 'password on device', device) : keyOf(app, 'password', personId);
  return [{ key: own, limit: PER_DEVICE }, ...fromAddress(app, address)];
}

/** By what mails are counted that somebody wants sent to an address: nobody is to be drowned in them. */
export function countedForReset(
  app: Pick<App, 'keys'>,
  { email, address }: { email: string; address: string | undefined },
): Counted[] {
  return [
    { key: keyOf(app, 'reset', normalizeEmail(email)), limit: RESETS_PER_EMAIL },
    ...(address ? [{ key: keyOf(app, 'reset from', siteOf(address)), limit: RESETS_PER_ADDRESS }] : []),
  ];
}

/** @throws {TooManyAttempts} when there were enough of them lately: then nothing is to be looked at */
export async function countAttempt(app: App, counted: readonly Counted[]): Promise<void> {
  const now = app.clock();
  const rows = await app.sql.unsafe<{ counted: Buffer; failures: number; since: Date }[]>(COUNT, [
    `{${counted.map(({ key }) => `"\\\\x${key.toString('hex')}"`).join(',')}}`,
    new Date(now).toISOString(),
    new Date(now - WINDOW_MS).toISOString(),
  ]);
  const excess = rows.filter((row) => {
    const of = counted.find(({ key }) => key.equals(row.counted));
    return of !== undefined && row.failures > of.limit;
  });
  if (excess.length === 0) return;
  const free = Math.max(...excess.map(({ since }) => since.getTime() + WINDOW_MS));
  throw new TooManyAttempts(Math.ceil((free - now) / 1_000));
}

/** The attempt was right: it does not count, and those before it of the same device neither. */
export async function forgiveAttempt(app: App, counted: readonly Counted[]): Promise<void> {
  const own = counted.filter(({ limit }) => limit === PER_DEVICE).map(({ key }) => key);
  const shared = counted.filter(({ limit }) => limit !== PER_DEVICE).map(({ key }) => key);
  for (const key of own) await app.sql`DELETE FROM sign_in_failures WHERE counted = ${key}`;
  for (const key of shared)
    await app.sql`UPDATE sign_in_failures SET failures = failures - 1 WHERE counted = ${key} AND failures > 0`;
}

/** An address of IPv4; of IPv6 the /64 that a subscriber has at least. */
function siteOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}

/** What is counted, or kept for having been used, under a name that says nothing of it. */
export function keyOf(app: Pick<App, 'keys'>, kind: string, text: string): Buffer {
  // Of any length, and none is worth keeping.
  return app.keys.blindIndex('sign-in', kind, createHash('sha256').update(text).digest('hex'));
}

import type { App } from '../../src/platform.ts';
import type { Browser, Said } from './browser.ts';
import { totp } from './totp.ts';

/** An authenticator app, and what was written down beside it. */
export interface Authenticator {
  secret: string;
  backupCodes: string[];
}

/**
 * A code that the app has not shown yet, as far as the server knows: a test does not wait for half a minute. Wrong
 * codes are forgotten with it.
 */
export async function freshCode(app: App, secret: string): Promise<string> {
  await app.sql`DELETE FROM sign_in_failures`;
  return totp(secret);
}

/** Sets up an authenticator app, up to the first right code. */
export async function enrol(app: App, browser: Browser, password: string): Promise<Authenticator> {
  const { status, body } = await browser.post('/two-factor/enable', { password });
  if (status !== 200) throw new Error(`not set up: ${JSON.stringify(body)}`);
  const { secret, backupCodes } = body as unknown as Authenticator;
  const code = await freshCode(app, secret);
  const confirmed = await browser.post('/two-factor/verify-totp', { code });
  if (confirmed.status !== 200) throw new Error(`not confirmed: ${JSON.stringify(confirmed.body)}`);
  return { secret, backupCodes };
}

export const giveCode = (browser: Browser, code: string): Promise<Said> =>
  browser.post('/two-factor/verify-totp', { code });

export const giveBackupCode = (browser: Browser, code: string): Promise<Said> =>
  browser.post('/two-factor/verify-backup-code', { code });

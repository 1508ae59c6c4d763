import type { App } from '../platform.ts';

export const FORGET_MS = 600_000;

/** Forgets what is over anyway: used assertions, and tokens that were revoked before their time. */
export async function forgetOAuth(app: App): Promise<void> {
  const now = new Date(app.clock());
  await app.sql`DELETE FROM oauth_assertions WHERE expires_at < ${now}`;
  await app.sql`DELETE FROM oauth_revoked_tokens WHERE expires_at < ${now}`;
}

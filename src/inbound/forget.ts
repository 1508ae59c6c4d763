import type { App } from '../platform.ts';

/** How long a message from a handset is kept. */
export const INBOUND_DAYS = 30;

/** Forgets messages that are too old, and arrivals that can no longer come again. */
export async function forgetInbound(app: App): Promise<void> {
  const now = app.clock();
  await app.sql`DELETE FROM inbound_messages WHERE received_at < ${new Date(now - INBOUND_DAYS * 86_400_000)}`;
  await app.sql`DELETE FROM inbound_arrivals WHERE done AND expires_at < ${new Date(now)}`;
}

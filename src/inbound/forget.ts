import type { App } from '../platform.ts';

/** Forgets arrivals that can no longer come again. */
export async function forgetInbound(app: App): Promise<void> {
  await app.sql`DELETE FROM vault.inbound_arrivals WHERE done AND expires_at < ${new Date(app.clock())}`;
}

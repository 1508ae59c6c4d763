import { and, desc, eq, gte } from 'drizzle-orm';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { abuseAlarms, type AbuseAlarm } from './table.ts';

const MAX_SHOWN = 100;

/** Newest first, 100 at most. */
export function readAbuseAlarms(app: App, accountId: AccountId, since: Date): Promise<AbuseAlarm[]> {
  return app.db
    .select()
    .from(abuseAlarms)
    .where(and(eq(abuseAlarms.accountId, accountId), gte(abuseAlarms.raisedAt, since)))
    .orderBy(desc(abuseAlarms.raisedAt), abuseAlarms.address)
    .limit(MAX_SHOWN);
}

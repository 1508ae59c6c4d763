import { and, desc, eq, gt } from 'drizzle-orm';
import { lockConfiguration } from '../accounts/lock-configuration.ts';
import { keptDays } from '../accounts/retention-days.ts';
import { abuseChannel } from '../bus/channels.ts';
import type { DbTransaction } from '../db/client.ts';
import type { App } from '../platform.ts';
import { enqueueAlarms } from '../webhooks/enqueue-alarms.ts';
import { wakeEndpoints } from '../webhooks/wake.ts';
import { COOL_DOWN_SECONDS, WINDOW_SECONDS } from './spray.ts';
import { abuseAlarms, type AbuseAlarm } from './table.ts';

const COOL_DOWN_MS = COOL_DOWN_SECONDS * 1_000;

/**
 * Writes an alarm down, and what webhooks tell of it, if no process did for the same lately; then the log and those who
 * listen hear of it.
 * @returns until when the same raises no other, epoch milliseconds
 */
export async function raiseAbuseAlarm(app: App, alarm: Omit<AbuseAlarm, 'raisedAt'>): Promise<number> {
  const { accountId, kind, address, firstChecks, wrongChecks } = alarm;
  const row: AbuseAlarm = { ...alarm, raisedAt: new Date(app.clock()) };
  const outcome = await app.db.transaction(async (tx) => {
    await lockConfiguration(tx, accountId);
    const last = await lastOf(tx, row);
    if (last) return { raisedAt: last, toWake: undefined };
    await tx.insert(abuseAlarms).values({ ...row, days: keptDays(accountId, 'alarmsDays') });
    const news = [{ name: 'abuse_alarm.raised', data: toldOf(row) }] as const;
    return { raisedAt: row.raisedAt, toWake: await enqueueAlarms(tx, accountId, news, row.raisedAt) };
  });
  if (outcome.toWake) {
    app.log.warn({ accountId, kind, address: address || undefined, firstChecks, wrongChecks }, 'abuse alarm');
    app.bus.publish([{ channel: abuseChannel(accountId), payload: JSON.stringify(row) }]);
    wakeEndpoints(app, outcome.toWake);
  }
  return outcome.raisedAt.getTime() + COOL_DOWN_MS;
}

/** When the same was raised, within the time that it is not raised again. */
async function lastOf(
  tx: DbTransaction,
  { accountId, kind, address, raisedAt }: AbuseAlarm,
): Promise<Date | undefined> {
  const [last] = await tx
    .select({ raisedAt: abuseAlarms.raisedAt })
    .from(abuseAlarms)
    .where(
      and(
        eq(abuseAlarms.accountId, accountId),
        gt(abuseAlarms.raisedAt, new Date(raisedAt.getTime() - COOL_DOWN_MS)),
        eq(abuseAlarms.kind, kind),
        eq(abuseAlarms.address, address),
      ),
    )
    .orderBy(desc(abuseAlarms.raisedAt))
    .limit(1);
  return last?.raisedAt;
}

function toldOf({ kind, address, raisedAt, firstChecks, wrongChecks }: AbuseAlarm) {
  return {
    ...{ kind, address: address || null, raisedAt: raisedAt.toISOString() },
    ...{ firstChecks, wrongChecks, windowSeconds: WINDOW_SECONDS },
  };
}

import { keptDays } from '../accounts/retention-days.ts';
import { abuseChannel } from '../bus/channels.ts';
import type { App } from '../platform.ts';
import { COOL_DOWN_SECONDS } from './spray.ts';
import { abuseAlarms, type AbuseAlarm } from './table.ts';

/** Writes an alarm down and tells the log and those who listen, if no process did for the same lately. */
export async function raiseAbuseAlarm(app: App, alarm: Omit<AbuseAlarm, 'raisedAt'>): Promise<void> {
  const { accountId, kind, address, firstChecks, wrongChecks } = alarm;
  const name = `abuse alarm ${accountId}/${kind}/${address}`;
  const { total } = await app.counter.add(name, 1, COOL_DOWN_SECONDS);
  if (total > 1) return;
  const row: AbuseAlarm = { ...alarm, raisedAt: new Date(app.clock()) };
  await app.db
    .insert(abuseAlarms)
    .values({ ...row, days: keptDays(accountId, 'alarmsDays') })
    .onConflictDoNothing();
  app.log.warn({ accountId, kind, address: address || undefined, firstChecks, wrongChecks }, 'abuse alarm');
  app.bus.publish([{ channel: abuseChannel(accountId), payload: JSON.stringify(row) }]);
}

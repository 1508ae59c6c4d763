import { and, eq, isNull } from 'drizzle-orm';
import { createAccountCache, type AccountCache } from '../accounts/cache.ts';
import { lockConfiguration } from '../accounts/lock-configuration.ts';
import { keptDays } from '../accounts/retention-days.ts';
import { alarmChannel, CONFIG_CHANNEL } from '../bus/channels.ts';
import type { AccountId, CarrierId, RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import { enqueueAlarms, type AlarmNews } from '../webhooks/enqueue-alarms.ts';
import { wakeEndpoints } from '../webhooks/wake.ts';
import type { AlarmFacts, AlarmKind } from './judge.ts';
import { routingAlarms, type AlarmRow } from './table.ts';

export type Alarm = AlarmRow;

/** Something that is wrong now. Of a carrier, a route or a place. */
export interface Finding {
  kind: AlarmKind;
  carrierId?: CarrierId;
  routeId?: RouteId;
  country?: string;
  operator?: string;
  facts: AlarmFacts;
}

/** The open alarms of each account: the dispatcher asks for every message. */
export function createAlarmDirectory(app: App): AccountCache<readonly AlarmRow[]> {
  return createAccountCache(app, readOpenAlarms);
}

export function readOpenAlarms(app: App, accountId: AccountId): Promise<AlarmRow[]> {
  return app.db
    .select()
    .from(routingAlarms)
    .where(openOf(accountId))
    .orderBy(routingAlarms.raisedAt, routingAlarms.name);
}

/** The same for two findings about the same thing. */
export function nameOf({ kind, carrierId, routeId, country, operator }: Omit<Finding, 'facts'>): string {
  return [kind, carrierId ?? routeId ?? '', country ?? '', operator ?? ''].join('/');
}

/**
 * Raises an alarm for each finding that has none, brings those that have one up to date, and clears the others;
 * the log, those who listen and webhooks hear of what is new.
 */
export async function saveFindings(
  app: App,
  accountId: AccountId,
  findings: readonly Finding[],
): Promise<AlarmRow[]> {
  const now = new Date(app.clock());
  const found = new Map(findings.map((finding) => [nameOf(finding), finding]));
  const { news, toWake } = await app.db.transaction(async (tx) => {
    await lockConfiguration(tx, accountId);
    const open = await tx.select().from(routingAlarms).where(openOf(accountId));
    const news: AlarmRow[] = [];
    for (const alarm of open) {
      const finding = found.get(alarm.name);
      found.delete(alarm.name);
      const change = finding ? { facts: finding.facts } : { clearedAt: now };
      await tx
        .update(routingAlarms)
        .set(change)
        .where(and(openOf(accountId), eq(routingAlarms.name, alarm.name)));
      if (!finding) news.push({ ...alarm, clearedAt: now });
    }
    for (const [name, { kind, facts, ...about }] of found) {
      const row: AlarmRow = {
        ...{ accountId, name, kind, facts, raisedAt: now, clearedAt: null },
        ...{ carrierId: about.carrierId ?? null, routeId: about.routeId ?? null },
        ...{ country: about.country ?? null, operator: about.operator ?? null },
      };
      await tx.insert(routingAlarms).values({ ...row, days: keptDays(accountId, 'alarmsDays') });
      news.push(row);
    }
    const toWake = await enqueueAlarms(tx, accountId, news.map(toldOf), now);
    return { news, toWake };
  });
  for (const { kind, carrierId, routeId, country, operator, facts, clearedAt } of news) {
    const about = { accountId, kind, carrierId, routeId, country, operator, facts };
    if (clearedAt) app.log.info(about, 'routing alarm cleared');
    else app.log.warn(about, 'routing alarm raised');
  }
  if (news.length > 0)
    app.bus.publish([
      { channel: CONFIG_CHANNEL, payload: accountId },
      ...news.map((alarm) => ({ channel: alarmChannel(accountId), payload: JSON.stringify(alarm) })),
    ]);
  wakeEndpoints(app, toWake);
  return news;
}

function toldOf({
  kind,
  carrierId,
  routeId,
  country,
  operator,
  raisedAt,
  clearedAt,
  facts,
}: AlarmRow): AlarmNews {
  const { attempts, observed, expected } = facts;
  return {
    name: clearedAt ? 'routing_alarm.cleared' : 'routing_alarm.raised',
    data: {
      ...{ kind, carrierId, routeId, country, operator, attempts, observed, expected },
      ...{ raisedAt: raisedAt.toISOString(), clearedAt: clearedAt?.toISOString() ?? null },
    },
  };
}

function openOf(accountId: AccountId) {
  return and(eq(routingAlarms.accountId, accountId), isNull(routingAlarms.clearedAt));
}

/**
 * What a carrier's broken promises count against its routes: the share of a message's value by which it falls
 * short, in the account's currency per message.
 */
export function penaltyOf(
  alarms: readonly AlarmRow[],
  carrierId: CarrierId,
  valueOfConversion: number,
): number {
  let shortfall = 0;
  for (const alarm of alarms) if (alarm.carrierId === carrierId) shortfall += alarm.facts.shortfall;
  return valueOfConversion * Math.min(1, shortfall);
}

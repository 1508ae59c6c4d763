import { sql } from 'drizzle-orm';
import type { Principal } from '../accounts/principal.ts';
import { listCarriers } from '../carriers/queries.ts';
import type { Sla } from '../carriers/sla.ts';
import { idFromUuid, uuidOf, type AccountId, type RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import { nameOf, readOpenAlarms, saveFindings, type Finding } from '../routing/alarms.ts';
import { judgeLatency, judgePromise, judgeRefusals, judgeSilence } from '../routing/judge.ts';
import { listRoutes } from '../routing/queries.ts';
import { COUNTRY, IS_ACCEPTED, IS_LIVE, IS_THROTTLED, OPERATOR } from './cells.ts';
import { routingQuality } from './routing-quality.ts';
import { uuidRange } from './window.ts';

export const WATCH_MS = 60_000;

/** Signs are looked for among attempts between these two ages: younger ones may still give theirs. */
const SIGNS_FROM_MS = 900_000;
const SIGNS_UNTIL_MS = 120_000;
const REFUSALS_FROM_MS = 300_000;

/** Looks what is wrong with each account's carriers, routes and destinations; each minute one worker does. */
export async function watchRouting(app: App): Promise<void> {
  const now = app.clock();
  const accounts = await app.sql<{ account_id: string }[]>`
    UPDATE routing_rollups SET watched_at = ${new Date(now)}
    WHERE watched_at IS NULL OR watched_at <= ${new Date(now - WATCH_MS * 0.9)} RETURNING account_id`;
  for (const { account_id: id } of accounts) {
    const accountId = idFromUuid('acc', id);
    await watchAccount(app, accountId, now).catch((error: unknown) =>
      app.log.error({ err: error, accountId }, 'routing not watched'),
    );
  }
}

async function watchAccount(app: App, accountId: AccountId, now: number): Promise<void> {
  const open = new Set((await readOpenAlarms(app, accountId)).map(({ name }) => name));
  const findings = [
    ...findOutages(await readSigns(app, accountId, now)),
    ...(await findBrokenPromises(app, accountId, open, now)),
  ];
  if (findings.length > 0 || open.size > 0) await saveFindings(app, accountId, findings);
}

/** What was heard of the latest attempts over a route to a place. */
interface Signs {
  routeId: RouteId;
  country: string;
  operator: string;
  /** Accepted, and old enough. */
  ripe: number;
  /** Of these, those with a receipt of either kind or a conversion. */
  alive: number;
  /** Of the last few minutes, and those of them that were refused. */
  tried: number;
  refused: number;
}

async function readSigns(app: App, accountId: AccountId, now: number): Promise<Signs[]> {
  const { first } = uuidRange({ from: now - SIGNS_FROM_MS, to: now });
  const ago = (ms: number) => sql`${new Date(now - ms).toISOString()}::timestamptz`;
  const rows = (await app.db.execute(sql`
    SELECT route_id, country, operator,
      (count(*) FILTER (WHERE ripe))::int AS ripe, (count(*) FILTER (WHERE ripe AND alive))::int AS alive,
      (count(*) FILTER (WHERE tried))::int AS tried, (count(*) FILTER (WHERE tried AND refused))::int AS refused
    FROM (
      SELECT a.route_id, ${COUNTRY} AS country, ${OPERATOR} AS operator,
        ${IS_ACCEPTED} AND a.submitted_at < ${ago(SIGNS_UNTIL_MS)} AS ripe,
        a.status IN ('delivered', 'undelivered') OR v.status = 'approved' AS alive,
        a.submitted_at >= ${ago(REFUSALS_FROM_MS)} AND NOT ${IS_THROTTLED} AS tried,
        a.status = 'rejected' AS refused
      FROM attempts a JOIN verifications v ON v.account_id = a.account_id AND v.id = a.verification_id
      WHERE a.account_id = ${uuidOf(accountId)}::uuid AND ${IS_LIVE} AND a.id >= ${first}::uuid
        AND a.submitted_at >= ${ago(SIGNS_FROM_MS)}) AS latest
    GROUP BY route_id, country, operator`)) as unknown as (Omit<Signs, 'routeId'> & { route_id: string })[];
  return rows.map(({ route_id, ...signs }) => ({ ...signs, routeId: idFromUuid('rte', route_id) }));
}

/** A place that no route reaches is an outage of the place; else it is the route's. */
function findOutages(signs: readonly Signs[]): Finding[] {
  const findings: Finding[] = [];
  const byPlace = Map.groupBy(signs, ({ country, operator }) => `${country}/${operator}`);
  const unreachable = new Set<Signs>();
  for (const here of byPlace.values()) {
    const { country, operator } = here[0]!;
    const ripe = sum(here, 'ripe');
    const facts = judgeSilence(sum(here, 'alive'), ripe);
    // Over one route alone nobody can tell the place from the route.
    const routes = here.filter((one) => one.ripe > 0).length;
    if (!facts || routes < 2) continue;
    findings.push({ kind: 'placeOutage', country, ...(operator && { operator }), facts });
    for (const one of here) unreachable.add(one);
  }
  for (const [routeId, all] of Map.groupBy(signs, (one) => one.routeId)) {
    const elsewhere = all.filter((one) => !unreachable.has(one));
    const silent = judgeSilence(sum(elsewhere, 'alive'), sum(elsewhere, 'ripe'));
    if (silent) findings.push({ kind: 'blackHole', routeId, facts: silent });
    const refusing = judgeRefusals(sum(all, 'refused'), sum(all, 'tried'));
    if (refusing) findings.push({ kind: 'rejects', routeId, facts: refusing });
  }
  return findings;
}

function sum(signs: readonly Signs[], what: 'ripe' | 'alive' | 'tried' | 'refused'): number {
  return signs.reduce((total, one) => total + one[what], 0);
}

async function findBrokenPromises(
  app: App,
  accountId: AccountId,
  open: ReadonlySet<string>,
  now: number,
): Promise<Finding[]> {
  const who = { accountId } as Principal;
  const promising = (await listCarriers(app, who)).filter(({ sla, enabled }) => sla && enabled);
  if (promising.length === 0) return [];
  const routes = await listRoutes(app, who);
  const findings: Finding[] = [];
  for (const { id: carrierId, sla } of promising) {
    const routeIds = routes.filter((route) => route.carrierId === carrierId).map(({ id }) => id);
    const { deliveryRate, receiptP95Ms, windowMinutes } = sla as Sla;
    // What was submitted a moment ago has had no time to be delivered.
    const to = now - Math.max(SIGNS_UNTIL_MS, receiptP95Ms ?? 0);
    const window = { from: new Date(to - windowMinutes * 60_000), to: new Date(to) };
    const page = { limit: 1, after: undefined };
    const [seen] = await routingQuality(app, who, { ...window, groupBy: [], routeIds }, page);
    if (!seen) continue;
    const { delivered, accepted, receiptLatency } = seen;
    if (deliveryRate != null) {
      const about = { kind: 'slaDelivery', carrierId } as const;
      const facts = judgePromise(delivered, accepted, deliveryRate, open.has(nameOf(about)));
      if (facts) findings.push({ ...about, facts });
    }
    if (receiptP95Ms != null && receiptLatency) {
      const facts = judgeLatency(receiptLatency.p95, receiptLatency.count, receiptP95Ms);
      if (facts) findings.push({ kind: 'slaLatency', carrierId, facts });
    }
  }
  return findings;
}

import { sql } from 'drizzle-orm';
import type { Principal } from '../accounts/principal.ts';
import { listCarriers } from '../carriers/queries.ts';
import type { Sla } from '../carriers/sla.ts';
import { idFromUuid, uuidOf, type AccountId, type RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import { nameOf, readOpenAlarms, saveFindings, type Finding } from '../routing/alarms.ts';
import { judgeLatency, judgePromise, judgeRefusals, judgeRun, judgeSilence } from '../routing/judge.ts';
import { listRoutes } from '../routing/queries.ts';
import { COUNTRY, IS_ACCEPTED, IS_LIVE, IS_THROTTLED, OPERATOR } from './cells.ts';
import { routingQuality } from './routing-quality.ts';
import { uuidRange } from './window.ts';

export const WATCH_MS = 60_000;

/** Signs are looked for among attempts between these two ages: younger ones may still give theirs. */
const SIGNS_FROM_MS = 900_000;
const SIGNS_UNTIL_MS = 120_000;
const REFUSALS_FROM_MS = 300_000;
/** A run of silence is made of attempts older than this many times the p99 of the route's signs, within bounds. */
const PATIENCE = 1.5;
const RUN_UNTIL_MS = { least: 15_000, most: SIGNS_UNTIL_MS } as const;

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
    ...findOutages(await readSigns(app, accountId, now), open),
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
  /** Accepted since the last one over the route that was heard of, and older than its signs usually are. */
  silent: number;
  /** Accepted until then, and those of them that were heard of. */
  before: number;
  heard: number;
  /** Of the last few minutes, and those of them that were refused. */
  tried: number;
  refused: number;
}

async function readSigns(app: App, accountId: AccountId, now: number): Promise<Signs[]> {
  const { first } = uuidRange({ from: now - SIGNS_FROM_MS, to: now });
  const ago = (ms: number) => sql`${new Date(now - ms).toISOString()}::timestamptz`;
  const rows = (await app.db.execute(sql`
    WITH latest AS (
      SELECT a.route_id, ${COUNTRY} AS country, ${OPERATOR} AS operator, a.submitted_at,
        ${IS_ACCEPTED} AS accepted, ${IS_ACCEPTED} AND a.submitted_at < ${ago(SIGNS_UNTIL_MS)} AS ripe,
        a.status IN ('delivered', 'undelivered') OR v.status = 'approved' AS alive,
        extract(epoch FROM least(CASE WHEN a.status = 'delivered' THEN a.settled_at END,
          CASE WHEN v.status = 'approved' THEN v.settled_at END) - a.submitted_at) * 1000 AS sign_ms,
        a.submitted_at >= ${ago(REFUSALS_FROM_MS)} AND NOT ${IS_THROTTLED} AS tried,
        a.status = 'rejected' AS refused
      FROM attempts a JOIN verifications v ON v.account_id = a.account_id AND v.id = a.verification_id
      WHERE a.account_id = ${uuidOf(accountId)}::uuid AND ${IS_LIVE} AND a.id >= ${first}::uuid
        AND a.submitted_at >= ${ago(SIGNS_FROM_MS)}),
    usual AS (
      SELECT route_id, coalesce(max(submitted_at) FILTER (WHERE accepted AND alive), '-infinity') AS heard_at,
        ${new Date(now).toISOString()}::timestamptz - interval '1 millisecond' * least(${RUN_UNTIL_MS.most}::float8,
          greatest(${RUN_UNTIL_MS.least}::float8, ${PATIENCE}::float8
            * coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY sign_ms), ${RUN_UNTIL_MS.most}::float8))) AS due_at
      FROM latest GROUP BY route_id)
    SELECT route_id, country, operator,
      (count(*) FILTER (WHERE ripe))::int AS ripe, (count(*) FILTER (WHERE ripe AND alive))::int AS alive,
      (count(*) FILTER (WHERE accepted AND submitted_at > heard_at AND submitted_at < due_at))::int AS silent,
      (count(*) FILTER (WHERE accepted AND submitted_at <= heard_at))::int AS before,
      (count(*) FILTER (WHERE accepted AND submitted_at <= heard_at AND alive))::int AS heard,
      (count(*) FILTER (WHERE tried))::int AS tried, (count(*) FILTER (WHERE tried AND refused))::int AS refused
    FROM latest JOIN usual USING (route_id)
    GROUP BY route_id, country, operator`)) as unknown as (Omit<Signs, 'routeId'> & { route_id: string })[];
  return rows.map(({ route_id, ...signs }) => ({ ...signs, routeId: idFromUuid('rte', route_id) }));
}

/** So many over each of two routes in a row, and it may be the place. */
const SILENT_PLACE = 3;

/** A place that no route reaches is an outage of the place; else it is the route's. */
function findOutages(signs: readonly Signs[], open: ReadonlySet<string>): Finding[] {
  const findings: Finding[] = [];
  const byPlace = Map.groupBy(signs, ({ country, operator }) => `${country}/${operator}`);
  const unreachable = new Set<Signs>();
  /** Where several routes are silent: too few to say it of the place, and nothing to say of a route. */
  const doubtful = new Set<Signs>();
  for (const here of byPlace.values()) {
    const { country, operator } = here[0]!;
    const ripe = sum(here, 'ripe');
    if (here.filter(({ silent }) => silent >= SILENT_PLACE).length > 1)
      for (const one of here) doubtful.add(one);
    const facts = judgeSilence(sum(here, 'alive'), ripe);
    // Over one route alone nobody can tell the place from the route.
    const routes = here.filter((one) => one.ripe > 0).length;
    if (!facts || routes < 2) continue;
    findings.push({ kind: 'placeOutage', country, ...(operator && { operator }), facts });
    for (const one of here) unreachable.add(one);
  }
  for (const [routeId, all] of Map.groupBy(signs, (one) => one.routeId)) {
    const elsewhere = all.filter((one) => !unreachable.has(one));
    const known = elsewhere.filter((one) => !doubtful.has(one));
    const wasFound = open.has(nameOf({ kind: 'blackHole', routeId }));
    const silent =
      judgeSilence(sum(elsewhere, 'alive'), sum(elsewhere, 'ripe')) ??
      judgeRun(sum(known, 'silent'), sum(all, 'heard'), sum(all, 'before'), wasFound);
    if (silent) findings.push({ kind: 'blackHole', routeId, facts: silent });
    const refusing = judgeRefusals(sum(all, 'refused'), sum(all, 'tried'));
    if (refusing) findings.push({ kind: 'rejects', routeId, facts: refusing });
  }
  return findings;
}

function sum(
  signs: readonly Signs[],
  what: Exclude<keyof Signs, 'routeId' | 'country' | 'operator'>,
): number {
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

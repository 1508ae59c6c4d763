import { sql, type SQL } from 'drizzle-orm';
import type { Principal } from '../accounts/principal.ts';
import { InvalidInput } from '../errors.ts';
import { idFromUuid, parseId, uuidOf, type RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import { COUNTS, countCells, WITHOUT_JIT } from './cells.ts';
import { latencyOf } from './latency.ts';
import { NO_ROUTE, type QualityCursor } from './quality-cursor.ts';
import { readWindow, splitWindow, type Span } from './window.ts';

export type Dimension = 'country' | 'operator' | 'route';

export interface QualityQuestion {
  from: Date;
  to: Date;
  groupBy: readonly Dimension[];
  countries?: readonly string[] | null | undefined;
  /** MCC and MNC. */
  operators?: readonly string[] | null | undefined;
  routeIds?: readonly string[] | null | undefined;
}

/** What became of the attempts of one group. */
export interface RoutingQuality extends Record<(typeof COUNTS)[number], number> {
  /** Absent when not grouped by it, or not known. */
  country: string | undefined;
  operator: string | undefined;
  routeId: RouteId | undefined;
  /** Of all attempts that the question is about, 0–1. */
  share: number;
  /** Milliseconds; absent without any. */
  receiptLatency: Latency | undefined;
  submitLatency: Latency | undefined;
}

export interface Latency {
  p50: number;
  p95: number;
  count: number;
}

/**
 * What became of an account's attempts within a window, by the groups that were asked for, most attempts
 * first. Whole hours that have been counted are added up, all else is counted now.
 * @throws {InvalidInput}
 */
export async function routingQuality(
  app: App,
  { accountId }: Principal,
  question: QualityQuestion,
  page: { limit: number; after: QualityCursor | undefined },
): Promise<RoutingQuality[]> {
  const window = readWindow(question.from, question.to);
  const account = sql`${uuidOf(accountId)}::uuid`;
  const where = readFilter(question);
  return app.db.transaction(
    async (tx) => {
      await tx.execute(WITHOUT_JIT);
      const [rollup] = (await tx.execute(
        sql`SELECT (1000 * extract(epoch FROM rolled_until))::bigint::text AS until
          FROM routing_rollups WHERE account_id = ${account}`,
      )) as unknown as { until: string }[];
      const { counted, live } = splitWindow(window, rollup ? Number(rollup.until) : window.from);
      const cells = [storedCells(account, counted), ...(live.length > 0 ? [liveCells(accountId, live)] : [])];
      const rows = await tx.execute(pageOf(sql.join(cells, sql` UNION ALL `), question.groupBy, where, page));
      return (rows as unknown as RawQuality[]).map(fromRaw);
    },
    // The hours that are counted and those that are not must be of one moment.
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** @throws {InvalidInput} */
function readFilter({ countries, operators, routeIds }: QualityQuestion): SQL {
  const conditions = [sql`true`];
  const texts = (
    name: string,
    column: string,
    values: readonly string[] | null | undefined,
    form: RegExp,
  ) => {
    if (values == null) return;
    const wrong = values.find((value) => !form.test(value));
    if (wrong !== undefined) throw new InvalidInput(name, `This is not one: ${wrong.slice(0, 20)}.`);
    conditions.push(sql`${sql.raw(column)} = ANY (${`{${values.join(',')}}`}::text[])`);
  };
  texts('filter.countries', 'country', countries, /^(?:[A-Z]{2}|00)$/);
  texts('filter.operators', 'operator', operators, /^\d{5,6}$/);
  if (routeIds != null) {
    const uuids = routeIds.map((text) => {
      const id = parseId('rte', text);
      if (!id) throw new InvalidInput('filter.routeIds', 'The id of a route begins with rte_.');
      return uuidOf(id);
    });
    conditions.push(sql`route_id = ANY (${`{${uuids.join(',')}}`}::uuid[])`);
  }
  return sql.join(conditions, sql` AND `);
}

const SUMMED = sql.raw(COUNTS.join(', '));
const HISTOGRAMS = sql.raw('receipt_buckets, receipt_counts, submit_buckets, submit_counts');

function storedCells(account: SQL, { from, to }: Span): SQL {
  return sql`SELECT country, operator, route_id, ${SUMMED}, ${HISTOGRAMS} FROM routing_hourly
    WHERE account_id = ${account} AND hour >= ${new Date(from).toISOString()}::timestamptz
      AND hour < ${new Date(to).toISOString()}::timestamptz`;
}

function liveCells(accountId: Principal['accountId'], spans: readonly Span[]): SQL {
  return sql`SELECT country, operator, route_id, ${SUMMED}, ${HISTOGRAMS}
    FROM ${countCells(accountId, spans)} AS live`;
}

function pageOf(
  cells: SQL,
  groupBy: readonly Dimension[],
  where: SQL,
  { limit, after }: { limit: number; after: QualityCursor | undefined },
): SQL {
  const key = (dimension: Dimension, column: string, none: string) =>
    sql.raw(groupBy.includes(dimension) ? column : none);
  const behind = after
    ? sql`WHERE (-attempts, country, operator, route_id) >
        (${-after.attempts}::bigint, ${after.country}::text, ${after.operator}::text, ${after.routeUuid}::uuid)`
    : sql``;
  return sql`
    WITH cells AS MATERIALIZED (
      SELECT ${key('country', 'country::text', "''::text")} AS country,
        ${key('operator', 'operator', "''::text")} AS operator,
        ${key('route', 'route_id', `'${NO_ROUTE}'::uuid`)} AS route_id, ${SUMMED}, ${HISTOGRAMS}
      FROM (${cells}) AS every WHERE ${where}
    ), groups AS (
      SELECT country, operator, route_id,
        ${sql.raw(COUNTS.map((name) => `sum(${name})${name === 'cost' ? '' : '::bigint'} AS ${name}`).join(', '))},
        sum(attempts)::float8 / sum(sum(attempts)) OVER () AS share
      FROM cells GROUP BY country, operator, route_id
    ), page AS (
      SELECT * FROM groups ${behind} ORDER BY attempts DESC, country, operator, route_id LIMIT ${limit}
    ), buckets AS (
      SELECT country, operator, route_id, h.kind, h.bucket, sum(h.n) AS n
      FROM cells CROSS JOIN LATERAL (
        SELECT 'receipt' AS kind, * FROM unnest(receipt_buckets, receipt_counts) AS r (bucket, n)
        UNION ALL
        SELECT 'submit', * FROM unnest(submit_buckets, submit_counts) AS s (bucket, n)) AS h
      GROUP BY country, operator, route_id, h.kind, h.bucket
    ), ranks AS (
      SELECT country, operator, route_id, kind, bucket,
        sum(n) OVER (PARTITION BY country, operator, route_id, kind ORDER BY bucket) AS upto,
        sum(n) OVER (PARTITION BY country, operator, route_id, kind) AS total
      FROM buckets JOIN page USING (country, operator, route_id)
    ), latencies AS (
      SELECT country, operator, route_id, kind, max(total)::bigint AS count,
        min(bucket) FILTER (WHERE upto >= 0.5 * total) AS p50,
        min(bucket) FILTER (WHERE upto >= 0.95 * total) AS p95
      FROM ranks GROUP BY country, operator, route_id, kind
    )
    SELECT page.*, r.p50 AS receipt_p50, r.p95 AS receipt_p95, r.count AS receipts,
      s.p50 AS submit_p50, s.p95 AS submit_p95, s.count AS answers
    FROM page
    LEFT JOIN latencies r ON (r.country, r.operator, r.route_id, r.kind) =
      (page.country, page.operator, page.route_id, 'receipt')
    LEFT JOIN latencies s ON (s.country, s.operator, s.route_id, s.kind) =
      (page.country, page.operator, page.route_id, 'submit')
    ORDER BY page.attempts DESC, page.country, page.operator, page.route_id`;
}

interface RawQuality extends Record<(typeof COUNTS)[number], number | string> {
  country: string;
  operator: string;
  route_id: string;
  share: number;
  receipt_p50: number | null;
  receipt_p95: number | null;
  receipts: string | null;
  submit_p50: number | null;
  submit_p95: number | null;
  answers: string | null;
}

function fromRaw(raw: RawQuality): RoutingQuality {
  const counts = Object.fromEntries(COUNTS.map((name) => [name, Number(raw[name])])) as Record<
    (typeof COUNTS)[number],
    number
  >;
  return {
    ...counts,
    country: raw.country || undefined,
    operator: raw.operator || undefined,
    routeId: readRoute(raw.route_id),
    share: raw.share,
    receiptLatency: latency(raw.receipt_p50, raw.receipt_p95, raw.receipts),
    submitLatency: latency(raw.submit_p50, raw.submit_p95, raw.answers),
  };
}

function readRoute(uuid: string): RouteId | undefined {
  const id = idFromUuid('rte', uuid);
  return uuidOf(id) === NO_ROUTE ? undefined : id;
}

function latency(p50: number | null, p95: number | null, count: string | null): Latency | undefined {
  if (p50 === null || p95 === null) return undefined;
  return { p50: latencyOf(p50), p95: latencyOf(p95), count: Number(count) };
}

/** Of the attempts that could convert and are not waiting any more. */
export function conversionRate({ attempts, converted, abandoned, waiting, throttled }: RoutingQuality) {
  const judged = attempts - abandoned - waiting - throttled;
  return judged > 0 ? converted / judged : undefined;
}

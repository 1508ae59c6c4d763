import { sql, type SQL } from 'drizzle-orm';
import { uuidOf, type AccountId } from '../ids.ts';
import { BUCKETS_PER_OCTAVE } from './latency.ts';
import { uuidRange, type Span } from './window.ts';

/** Where an attempt `a` of a verification `v` went: the one place that says so. An empty operator is not known. */
export const COUNTRY = sql`coalesce(a.country, v.country)`;
export const OPERATOR = sql`coalesce(a.operator, '')`;

/** What a segment of an attempt `a` over the route `t` cost. */
export const PRICE = sql`coalesce(a.price, t.price, 0)`;

/** The verification `v` is no test: those say nothing of any route. */
export const IS_LIVE = sql`v.mode = 'live'`;

/** The carrier took the attempt `a`. */
export const IS_ACCEPTED = sql`a.status IN ('submitted', 'delivered', 'undelivered')`;

/** The carrier sent the attempt `a` back for a moment, which says nothing of the route. */
export const IS_THROTTLED = sql`(a.status = 'rejected' AND coalesce(a.error_code IN ('throttled', 'unavailable'), false))`;

/**
 * The attempt `a` of an approved verification is credited with the conversion, by the rule of
 * `messages/sightings.ts`: the one delivered last, without receipts the last that was not refused, else the last.
 */
export const IS_CREDITED = sql`a.id = (
  SELECT b.id FROM messages n
  JOIN attempts b ON b.account_id = n.account_id AND b.verification_id = n.verification_id AND b.message_id = n.id
  WHERE n.account_id = a.account_id AND n.verification_id = a.verification_id
  ORDER BY ${credit(sql`b`)} LIMIT 1)`;

/** The counts that a cell has, in the order of the columns. */
export const COUNTS = [
  'attempts',
  'accepted',
  'rejected',
  'throttled',
  'delivered',
  'undelivered',
  'converted',
  'abandoned',
  'waiting',
  'cost',
] as const;

const HISTOGRAMS = ['receipt_buckets', 'receipt_counts', 'submit_buckets', 'submit_counts'] as const;

/** For the transaction: compiling these statements takes longer than running them. */
export const WITHOUT_JIT = sql`SET LOCAL jit = off`;

/** For the transaction: on a busy machine starting them takes a hundred times as long as the statement. */
export const WITHOUT_WORKERS = sql`SET LOCAL max_parallel_workers_per_gather = 0`;

/** The columns of `routing_hourly`, but for the account. */
export const CELL_COLUMNS = sql.raw(
  ['hour', 'country', 'operator', 'route_id', ...COUNTS, ...HISTOGRAMS].join(', '),
);

/**
 * Counts an account's attempts of some spans of time, by hour, place and route, as a query with the columns
 * of `routing_hourly`. A verification within its span shows all of its attempts there, so that the credited one
 * is found among them; one that reaches beyond it is looked at by itself.
 */
export function countCells(accountId: AccountId, spans: readonly Span[]): SQL {
  return sql`(
    WITH own AS MATERIALIZED (
      ${sql.join(
        spans.map((span) => attemptsOf(accountId, span)),
        sql` UNION ALL `,
      )}
    ), counts AS (
      SELECT hour, country, operator, route_id,
        count(*)::int AS attempts,
        (count(*) FILTER (WHERE is_accepted))::int AS accepted,
        (count(*) FILTER (WHERE status = 'rejected' AND NOT is_throttled))::int AS rejected,
        (count(*) FILTER (WHERE is_throttled))::int AS throttled,
        (count(*) FILTER (WHERE status = 'delivered'))::int AS delivered,
        (count(*) FILTER (WHERE status = 'undelivered'))::int AS undelivered,
        (count(*) FILTER (WHERE converted))::int AS converted,
        (count(*) FILTER (WHERE ended IN ('approved', 'canceled') AND NOT converted AND NOT is_throttled))::int
          AS abandoned,
        (count(*) FILTER (WHERE ended = 'pending' AND NOT is_throttled))::int AS waiting,
        coalesce(sum(cost) FILTER (WHERE is_accepted), 0) AS cost
      FROM own GROUP BY hour, country, operator, route_id
    ), buckets AS (
      SELECT hour, country, operator, route_id, kind, bucket, count(*)::int AS n
      FROM own CROSS JOIN LATERAL (VALUES ('receipt', receipt), ('submit', submit)) AS k (kind, bucket)
      WHERE bucket IS NOT NULL GROUP BY hour, country, operator, route_id, kind, bucket
    ), histograms AS MATERIALIZED (
      SELECT hour, country, operator, route_id,
        array_agg(bucket ORDER BY bucket) FILTER (WHERE kind = 'receipt') AS receipt_buckets,
        array_agg(n ORDER BY bucket) FILTER (WHERE kind = 'receipt') AS receipt_counts,
        array_agg(bucket ORDER BY bucket) FILTER (WHERE kind = 'submit') AS submit_buckets,
        array_agg(n ORDER BY bucket) FILTER (WHERE kind = 'submit') AS submit_counts
      FROM buckets GROUP BY hour, country, operator, route_id
    )
    SELECT hour, country, operator, route_id, ${sql.raw(COUNTS.join(', '))},
      coalesce(receipt_buckets, '{}') AS receipt_buckets, coalesce(receipt_counts, '{}') AS receipt_counts,
      coalesce(submit_buckets, '{}') AS submit_buckets, coalesce(submit_counts, '{}') AS submit_counts
    FROM counts LEFT JOIN histograms USING (hour, country, operator, route_id))`;
}

/** The span's ends stand in the statement itself: only so the planner knows how few attempts lie between them. */
function attemptsOf(accountId: AccountId, span: Span): SQL {
  const { first, behind } = uuidRange(span);
  const [from, to] = [moment(span.from), moment(span.to)];
  return sql`
    SELECT date_trunc('hour', a.submitted_at, 'UTC') AS hour, ${COUNTRY} AS country, ${OPERATOR} AS operator,
      a.route_id, a.status, v.status AS ended,
      ${IS_THROTTLED} AS is_throttled, ${IS_ACCEPTED} AS is_accepted,
      ${PRICE} * coalesce(m.segments, 1) AS cost,
      CASE WHEN a.status = 'delivered' THEN ${bucket(sql`a.settled_at - a.submitted_at`)} END AS receipt,
      CASE WHEN a.answered_at IS NOT NULL THEN ${bucket(sql`a.answered_at - a.submitted_at`)} END AS submit,
      CASE WHEN v.status <> 'approved' THEN false
        WHEN v.created_at < ${from} OR v.settled_at >= ${to} THEN ${IS_CREDITED}
        ELSE row_number() OVER (PARTITION BY a.verification_id ORDER BY ${credit(sql`a`)}) = 1
      END AS converted
    FROM attempts a
    JOIN verifications v ON v.account_id = a.account_id AND v.id = a.verification_id
    JOIN messages m ON m.account_id = a.account_id AND m.verification_id = a.verification_id AND m.id = a.message_id
    LEFT JOIN routes t ON t.account_id = a.account_id AND t.id = a.route_id
    WHERE a.account_id = ${uuidOf(accountId)}::uuid AND ${IS_LIVE}
      AND a.id >= ${first}::uuid AND a.id < ${behind}::uuid
      AND a.submitted_at >= ${from} AND a.submitted_at < ${to}`;
}

const moment = (at: number) => sql`${new Date(at).toISOString()}::timestamptz`;

/** As `latency.ts` counts. */
function bucket(interval: SQL): SQL {
  return sql`floor(${sql.raw(String(BUCKETS_PER_OCTAVE))} * ln(greatest(1, 1000 * extract(epoch FROM ${interval})::float8))
    / ln(2::float8) + 1e-9)::smallint`;
}

function credit(attempt: SQL): SQL {
  return sql`${attempt}.status IN ('rejected', 'undelivered'),
    CASE WHEN ${attempt}.status = 'delivered' THEN ${attempt}.settled_at END DESC NULLS LAST, ${attempt}.id DESC`;
}

import { sql } from 'drizzle-orm';
import { idFromUuid, uuidOf, type AccountId, type RouteId, type ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { StoredDecision } from '../routing/decision.ts';
import type { Witness } from '../routing/track-record.ts';
import { COUNTRY, IS_ACCEPTED, IS_CREDITED, IS_LIVE, IS_THROTTLED, OPERATOR, PRICE } from './cells.ts';
import { uuidRange, type Span } from './window.ts';

/** An attempt and what became of it, as far as it is known. Times are epoch milliseconds. */
export interface WitnessedAttempt extends Witness {
  routeId: RouteId;
  serviceId: ServiceId;
  /** Of the route at that time, per segment. */
  price: number;
  segments: number;
  rejectedAt: number | undefined;
  deliveredAt: number | undefined;
  convertedAt: number | undefined;
  abandonedAt: number | undefined;
  /** Undefined when it was not asked for. */
  decision: StoredDecision | undefined;
}

const CHUNK = 1_000;

/**
 * An account's attempts of a span in the order in which they were made, a chunk at a time, so that it does not
 * matter how many there are.
 */
export async function* readPastAttempts(
  app: App,
  accountId: AccountId,
  span: Span,
  { limit, withDecision }: { limit: number; withDecision: boolean },
): AsyncGenerator<WitnessedAttempt[]> {
  const { first, behind } = uuidRange(span);
  let after = sql`a.id >= ${first}::uuid`;
  for (let left = limit; left > 0; left -= CHUNK) {
    const rows = (await app.db.execute(sql`
      SELECT a.id, a.route_id, v.service_id, ${COUNTRY} AS country, ${OPERATOR} AS operator, ${ms('a.submitted_at')} AS at,
        a.status, v.status AS ended, ${IS_ACCEPTED} AS accepted, ${IS_THROTTLED} AS throttled,
        v.status = 'approved' AND ${IS_CREDITED} AS converted, ${ms('a.settled_at')} AS settled_at,
        ${ms('v.settled_at')} AS ended_at, ${PRICE} AS price, coalesce(m.segments, 1) AS segments,
        ${withDecision ? sql`a.decision` : sql`NULL`} AS decision
      FROM attempts a
      JOIN verifications v ON v.account_id = a.account_id AND v.id = a.verification_id
      JOIN messages m ON m.account_id = a.account_id AND m.verification_id = a.verification_id AND m.id = a.message_id
      LEFT JOIN routes t ON t.account_id = a.account_id AND t.id = a.route_id
      WHERE a.account_id = ${uuidOf(accountId)}::uuid AND ${IS_LIVE} AND ${after} AND a.id < ${behind}::uuid
        AND a.submitted_at >= ${new Date(span.from).toISOString()}::timestamptz
        AND a.submitted_at < ${new Date(span.to).toISOString()}::timestamptz
      ORDER BY a.id LIMIT ${Math.min(left, CHUNK)}`)) as unknown as RawPast[];
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map(fromRaw);
    after = sql`a.id > ${last.id}::uuid`;
  }
}

function ms(column: string) {
  return sql.raw(`(1000 * extract(epoch FROM ${column}))::float8`);
}

interface RawPast {
  id: string;
  route_id: string;
  service_id: string;
  country: string;
  operator: string;
  at: number;
  status: string;
  ended: string;
  accepted: boolean;
  throttled: boolean;
  converted: boolean;
  settled_at: number | null;
  ended_at: number | null;
  price: number;
  segments: number;
  decision: StoredDecision | null;
}

function fromRaw(raw: RawPast): WitnessedAttempt {
  const { status, ended, throttled, converted } = raw;
  const isAbandoned = (ended === 'approved' || ended === 'canceled') && !converted;
  const endedAt = raw.ended_at ?? raw.at;
  const settledAt = raw.settled_at ?? raw.at;
  return {
    attemptId: idFromUuid('att', raw.id),
    routeId: idFromUuid('rte', raw.route_id),
    serviceId: idFromUuid('svc', raw.service_id),
    country: raw.country,
    operator: raw.operator || undefined,
    at: raw.at,
    accepted: raw.accepted,
    outcome: converted
      ? 'converted'
      : isAbandoned || throttled || ended === 'pending'
        ? 'unjudged'
        : 'failed',
    price: raw.price,
    segments: raw.segments,
    rejectedAt: status === 'rejected' && !throttled ? settledAt : undefined,
    deliveredAt: status === 'delivered' ? settledAt : undefined,
    convertedAt: converted ? endedAt : undefined,
    abandonedAt: throttled ? settledAt : isAbandoned ? endedAt : undefined,
    decision: raw.decision ?? undefined,
  };
}

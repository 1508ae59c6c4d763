import { randomUUID } from 'node:crypto';
import {
  uuidOf,
  type AccountId,
  type CarrierId,
  type Id,
  type RouteId,
  type ServiceId,
  type VerificationId,
} from '../../src/ids.ts';
import type { AttemptStatus } from '../../src/messages/attempt.ts';
import type { App } from '../../src/platform.ts';
import type { StoredDecision } from '../../src/routing/decision.ts';
import type { VerificationStatus } from '../../src/verifications/verification.ts';

/** A verification of the past with its attempts, each the only one of its message. */
export interface PastVerification {
  startedAt: number;
  country: string;
  status: VerificationStatus;
  settledAt: number | null;
  attempts: PastAttempt[];
  /** The account's default one when absent. */
  serviceId?: ServiceId;
}

export interface PastAttempt {
  at: number;
  routeId: RouteId;
  carrierId: CarrierId;
  status: AttemptStatus;
  errorCode?: string | null;
  answeredAt?: number | null;
  settledAt?: number | null;
  price?: number | null;
  segments?: number | null;
  decision?: StoredDecision;
}

const NO_DECISION: StoredDecision = { factors: [], ranked: [], excluded: [] };

/** Ids of the app never go back; these do. */
function pastId<Prefix extends string>(prefix: Prefix, at: number): Id<Prefix> {
  return `${prefix}_${at.toString(16).padStart(12, '0')}7${randomUUID().replaceAll('-', '').slice(13)}`;
}

/** Writes verifications down as if they had happened, without events. @returns their ids, in order */
export async function addPastTraffic(
  app: App,
  accountId: AccountId,
  verifications: readonly PastVerification[],
): Promise<VerificationId[]> {
  const account = uuidOf(accountId);
  const date = (at: number | null | undefined) => (at == null ? null : new Date(at));
  const rows = verifications.map((v) => ({ ...v, id: pastId('vrf', v.startedAt) }));
  const attempts = rows.flatMap((v) =>
    v.attempts.map((a) => ({
      ...a,
      id: pastId('att', a.at),
      messageId: pastId('msg', a.at),
      verification: v.id,
    })),
  );
  for (const v of rows)
    await app.sql`
      INSERT INTO verifications ${app.sql({
        account_id: account,
        id: uuidOf(v.id),
        service_id: v.serviceId ? uuidOf(v.serviceId) : account,
        country: v.country,
        channel: 'sms',
        locale: 'en',
        status: v.status,
        code_nonce: Buffer.alloc(16),
        code_key_id: 'test',
        code_length: 6,
        code_alphabet: 'digits',
        checks_used: 0,
        max_checks: 5,
        sends_left: 5,
        version: 1,
        created_at: new Date(v.startedAt),
        expires_at: new Date(v.startedAt + 600_000),
        settled_at: date(v.settledAt),
      })}`;
  for (const a of attempts) {
    await app.sql`
      INSERT INTO messages ${app.sql({
        account_id: account,
        id: uuidOf(a.messageId),
        verification_id: uuidOf(a.verification),
        status: 'sent',
        segments: a.segments === undefined ? 1 : a.segments,
        attempts_spent: 1,
        queued_at: new Date(a.at),
      })}`;
    await app.sql`
      INSERT INTO attempts ${app.sql({
        account_id: account,
        id: uuidOf(a.id),
        message_id: uuidOf(a.messageId),
        verification_id: uuidOf(a.verification),
        carrier_id: uuidOf(a.carrierId),
        route_id: uuidOf(a.routeId),
        status: a.status,
        error_code: a.errorCode ?? null,
        decision: app.sql.json((a.decision ?? NO_DECISION) as never),
        price: a.price === undefined ? 0.02 : a.price,
        submitted_at: new Date(a.at),
        answered_at: date(a.answeredAt),
        settled_at: date(a.settledAt),
      })}`;
  }
  return rows.map(({ id }) => id);
}

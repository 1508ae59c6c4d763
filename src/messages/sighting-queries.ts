import type { Outcome } from '../bus/outcomes.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { idFromUuid, uuidOf, type AccountId, type VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { Sighting } from './sightings.ts';

interface VerificationKey {
  accountId: AccountId;
  verificationId: VerificationId;
}

const KEYS = rowset<VerificationKey>({
  account_id: ['uuid', (k) => k.accountId],
  id: ['uuid', (k) => k.verificationId],
});

const ENDS = `
  SELECT v.id, v.status, v.settled_at FROM ${KEYS.from}
  JOIN verifications v USING (account_id, id)
  WHERE v.status = 'canceled' OR (v.status = 'approved' AND v.channel = 'sms')
    OR (v.status = 'failed' AND v.failure_reason = 'blocked')`;

const RECEIPTS = `
  SELECT n.id, a.id AS attempt_id, a.carrier_id, a.status, a.settled_at FROM ${KEYS.from}
  JOIN messages m ON m.account_id IS NOT DISTINCT FROM n.account_id AND m.verification_id = n.id
  JOIN attempts a ON a.account_id IS NOT DISTINCT FROM m.account_id AND a.verification_id = n.id AND a.message_id = m.id
  WHERE a.status IN ('delivered', 'undelivered')`;

const BATCH = 500;

/** All attempts of a verification, by whichever process, in the order in which they were made. */
export async function readSightings(
  app: App,
  accountId: AccountId,
  verificationId: VerificationId,
): Promise<Sighting[]> {
  const rows = await app.sql<RawSighting[]>`
    SELECT a.id, a.message_id, a.route_id, a.status, a.settled_at FROM messages m
    JOIN attempts a ON a.account_id IS NOT DISTINCT FROM m.account_id AND a.verification_id = m.verification_id
      AND a.message_id = m.id
    WHERE m.account_id IS NOT DISTINCT FROM ${uuidOf(accountId)} AND m.verification_id = ${uuidOf(verificationId)}
    ORDER BY a.id`;
  return rows.map((row) => ({
    attemptId: idFromUuid('att', row.id),
    messageId: idFromUuid('msg', row.message_id),
    routeId: idFromUuid('rte', row.route_id),
    failed: row.status === 'rejected' || row.status === 'undelivered',
    isOvertaken: false,
    ...(row.status === 'delivered' && row.settled_at && { deliveredAt: row.settled_at.getTime() }),
  }));
}

/** What became of these verifications and their attempts, receipts first. */
export async function* readUnseen(app: App, keys: readonly VerificationKey[]): AsyncGenerator<Outcome> {
  for (let i = 0; i < keys.length; i += BATCH) {
    const some = keys.slice(i, i + BATCH);
    for (const row of await runBatch<VerificationKey, RawReceipt>(app.sql, RECEIPTS, KEYS, some))
      yield {
        kind: row.status,
        verificationId: idFromUuid('vrf', row.id),
        attemptId: idFromUuid('att', row.attempt_id),
        carrierId: idFromUuid('car', row.carrier_id),
        at: row.settled_at.getTime(),
      };
    for (const row of await runBatch<VerificationKey, RawEnd>(app.sql, ENDS, KEYS, some))
      yield {
        kind: row.status === 'approved' ? 'converted' : 'abandoned',
        verificationId: idFromUuid('vrf', row.id),
        at: row.settled_at.getTime(),
      };
  }
}

interface RawSighting {
  id: string;
  message_id: string;
  route_id: string;
  status: string;
  settled_at: Date | null;
}

interface RawReceipt {
  id: string;
  attempt_id: string;
  carrier_id: string;
  status: 'delivered' | 'undelivered';
  settled_at: Date;
}

interface RawEnd {
  id: string;
  status: 'approved' | 'canceled' | 'failed';
  settled_at: Date;
}

import { idFromUuid, uuidOf, type AccountId, type ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';

export const FORGET_DESTINATIONS_MS = 60_000;

/** That many are looked at in a turn, along the primary key: 2.9 million a day, and never many at a time. */
const SLICE = 2_000;
/** More wrong codes in a row than one verification has are remembered: somebody may be guessing. */
const FORGIVEN = 5;

interface Place {
  accountId: AccountId;
  serviceId: ServiceId;
  destination: Buffer;
}

const START: Place = {
  accountId: `acc_${'0'.repeat(32)}`,
  serviceId: `svc_${'0'.repeat(32)}`,
  destination: Buffer.alloc(0),
};

// What is deleted is judged by the row as it is then: a start that has its lock meanwhile keeps it.
const FORGET = `
  WITH slice AS (
    SELECT account_id, service_id, destination FROM destinations
    WHERE (account_id, service_id, destination) > ($1::uuid, $2::uuid, $3::bytea)
    ORDER BY account_id, service_id, destination LIMIT ${SLICE}),
  forgotten AS (
    DELETE FROM destinations d USING slice s JOIN accounts a ON a.id = s.account_id
    WHERE d.account_id = s.account_id AND d.service_id = s.service_id AND d.destination = s.destination
      AND d.failed_checks <= ${FORGIVEN}
      AND (cardinality(d.recent_sends) = 0 OR d.recent_sends[cardinality(d.recent_sends)] < $4::bigint - 86400000)
      AND d.latest_verification_id <
        (lpad(to_hex($4::bigint - a.phones_days * 86400000::bigint), 12, '0') || repeat('0', 20))::uuid)
  SELECT account_id, service_id, destination FROM slice
  ORDER BY account_id DESC, service_id DESC, destination DESC LIMIT 1`;

/**
 * Forgets the counters of numbers that were verified last before their account's time for phones was over: the keyed
 * hash of a number is personal data as well.
 * @returns does a turn; the next one goes on behind it, and after the last one from the start
 */
export function createDestinationForgetter(app: App): () => Promise<void> {
  let place = START;
  return async () => {
    const { accountId, serviceId, destination } = place;
    const params = [uuidOf(accountId), uuidOf(serviceId), destination, app.clock()];
    const [last] = await app.sql.unsafe<{ account_id: string; service_id: string; destination: Buffer }[]>(
      FORGET,
      params,
      { prepare: true },
    );
    place = last
      ? {
          accountId: idFromUuid('acc', last.account_id),
          serviceId: idFromUuid('svc', last.service_id),
          destination: last.destination,
        }
      : START;
  };
}

import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { idFromUuid, type AccountId, type ServiceId, type VerificationId } from '../ids.ts';
import { KEYS, type VerificationKey } from './store.ts';

/** The hot statements on destinations, each for a whole batch. See `store.ts` for the order of locks. */
export interface DestinationKey {
  accountId: AccountId;
  serviceId: ServiceId;
  /** Blind index of the number. */
  destination: Buffer;
}

export interface DestinationState extends DestinationKey {
  /** False until its first send is committed. */
  exists: boolean;
  recentSends: number[];
  failedChecks: number;
  latestVerificationId: VerificationId | undefined;
}

/** A string that is equal for equal keys. */
export function destinationName(key: DestinationKey): string {
  return `${key.accountId}/${key.serviceId}/${key.destination.toString('latin1')}`;
}

export const DESTINATION_KEYS = rowset<DestinationKey>({
  account_id: ['uuid', (k) => k.accountId],
  service_id: ['uuid', (k) => k.serviceId],
  destination: ['bytea', (k) => k.destination],
});

const STATES = rowset<DestinationState>({
  account_id: ['uuid', (s) => s.accountId],
  service_id: ['uuid', (s) => s.serviceId],
  destination: ['bytea', (s) => s.destination],
  recent_sends: ['text', (s) => `{${s.recentSends.join(',')}}`],
  failed_checks: ['integer', (s) => s.failedChecks],
  latest_verification_id: ['uuid', (s) => s.latestVerificationId],
});

const LOCK = `
  SELECT d.* FROM destinations d JOIN ${DESTINATION_KEYS.from} USING (account_id, service_id, destination)
  ORDER BY d.account_id, d.service_id, d.destination
  FOR UPDATE OF d`;

// The whole key from one place: with the service from one table and the number from another, a plan may look a
// destination up by its service alone and read all that the service has (70 → 4,000 µs per check with 4,000).
const LOCK_OF_VERIFICATIONS = `
  WITH keys AS MATERIALIZED (
    SELECT v.account_id, v.service_id, s.subject AS destination, v.id AS verification_id, s.number_sealed
    FROM ${KEYS.from}
    JOIN verifications v USING (account_id, id)
    JOIN vault.numbers s ON s.account_id = v.account_id AND s.verification_id = v.id)
  SELECT d.*, k.verification_id, k.number_sealed FROM keys k
  JOIN destinations d USING (account_id, service_id, destination)
  ORDER BY d.account_id, d.service_id, d.destination
  FOR UPDATE OF d`;

const INSERT = `
  INSERT INTO destinations (${STATES.names})
  SELECT account_id, service_id, destination, recent_sends::bigint[], failed_checks, latest_verification_id
  FROM ${STATES.from} ORDER BY 1, 2, 3`;

const UPDATE = `
  UPDATE destinations d SET recent_sends = n.recent_sends::bigint[], failed_checks = n.failed_checks,
    latest_verification_id = n.latest_verification_id
  FROM ${STATES.from}
  WHERE d.account_id = n.account_id AND d.service_id = n.service_id AND d.destination = n.destination`;

const DELETE = `
  DELETE FROM destinations d USING ${DESTINATION_KEYS.from}
  WHERE d.account_id = n.account_id AND d.service_id = n.service_id AND d.destination = n.destination`;

/** Locks those of the destinations that exist already. */
export async function lockDestinations(tx: Tx, keys: readonly DestinationKey[]): Promise<DestinationState[]> {
  const rows = await runBatch<DestinationKey, RawDestination>(tx, LOCK, DESTINATION_KEYS, keys);
  return rows.map(fromRaw);
}

/** Where a verification's code went. */
export interface NumberedDestination {
  verificationId: VerificationId;
  numberSealed: Buffer;
  /** The same object for all verifications of the destination. */
  destination: DestinationState;
}

/** Locks the destinations of verifications; those whose number has gone are missing from the answer. */
export async function lockDestinationsOf(
  tx: Tx,
  keys: readonly VerificationKey[],
): Promise<NumberedDestination[]> {
  const rows = await runBatch<VerificationKey, RawNumbered>(tx, LOCK_OF_VERIFICATIONS, KEYS, keys);
  const states = new Map<string, DestinationState>();
  return rows.map((raw) => {
    const state = fromRaw(raw);
    const name = destinationName(state);
    const destination = states.get(name) ?? state;
    states.set(name, destination);
    const verificationId = idFromUuid('vrf', raw.verification_id);
    return { verificationId, numberSealed: raw.number_sealed, destination };
  });
}

/** Writes locked and new destinations. Fails as a lost race when another start made one of the new ones first. */
export async function saveDestinations(tx: Tx, states: readonly DestinationState[]): Promise<void> {
  const fresh = states.filter((s) => !s.exists);
  const known = states.filter((s) => s.exists);
  await Promise.all([
    known.length > 0 ? runBatch(tx, UPDATE, STATES, known) : undefined,
    fresh.length > 0 ? runBatch(tx, INSERT, STATES, fresh) : undefined,
  ]);
}

/** Forgets destinations that are locked, with their limits. */
export async function deleteDestinations(tx: Tx, keys: readonly DestinationKey[]): Promise<void> {
  if (keys.length > 0) await runBatch(tx, DELETE, DESTINATION_KEYS, keys);
}

interface RawDestination {
  account_id: string;
  service_id: string;
  destination: Buffer;
  recent_sends: string[];
  failed_checks: number;
  latest_verification_id: string | null;
}

interface RawNumbered extends RawDestination {
  verification_id: string;
  number_sealed: Buffer;
}

function fromRaw(raw: RawDestination): DestinationState {
  return {
    accountId: idFromUuid('acc', raw.account_id),
    serviceId: idFromUuid('svc', raw.service_id),
    destination: raw.destination,
    exists: true,
    recentSends: raw.recent_sends.map(Number),
    failedChecks: raw.failed_checks,
    latestVerificationId: raw.latest_verification_id
      ? idFromUuid('vrf', raw.latest_verification_id)
      : undefined,
  };
}

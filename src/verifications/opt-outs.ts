import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { idFromUuid, type AccountId, type ServiceId } from '../ids.ts';
import type { DestinationKey } from './destinations.ts';

/**
 * The hot statements on opt-outs. Whoever changes one holds the locks of the destinations that it is
 * about, so a start that has them sees the opt-out, or is seen by it.
 */
export interface OptOut {
  accountId: AccountId;
  /** Blind index of the number. */
  destination: Buffer;
  /** Null: of the whole account. */
  serviceId: ServiceId | null;
}

const SCOPES = rowset<OptOut>({
  account_id: ['uuid', (o) => o.accountId],
  destination: ['bytea', (o) => o.destination],
  service_id: ['uuid', (o) => o.serviceId],
});

const NEW = rowset<OptOut & { createdAt: Date }>({
  account_id: ['uuid', (o) => o.accountId],
  destination: ['bytea', (o) => o.destination],
  service_id: ['uuid', (o) => o.serviceId],
  created_at: ['timestamptz', (o) => o.createdAt],
});

const READ = `
  SELECT o.account_id, o.destination, o.service_id FROM opt_outs o
  JOIN ${SCOPES.from} ON o.account_id = n.account_id AND o.destination = n.destination
    AND (o.service_id IS NULL OR o.service_id = n.service_id)`;

const INSERT = `
  INSERT INTO opt_outs (${NEW.names}) SELECT * FROM ${NEW.from} ORDER BY account_id, destination, service_id
  ON CONFLICT DO NOTHING`;

const DELETE = `
  DELETE FROM opt_outs o USING ${SCOPES.from}
  WHERE o.account_id = n.account_id AND o.destination = n.destination
    AND o.service_id IS NOT DISTINCT FROM n.service_id`;

/** The opt-outs that stand against sending to these destinations. */
export async function readOptOuts(tx: Tx, keys: readonly DestinationKey[]): Promise<OptOut[]> {
  const rows = await runBatch<OptOut, RawOptOut>(tx, READ, SCOPES, keys);
  return rows.map((raw) => ({
    accountId: idFromUuid('acc', raw.account_id),
    destination: raw.destination,
    serviceId: raw.service_id === null ? null : idFromUuid('svc', raw.service_id),
  }));
}

/** Whether one of them stands against sending to a destination. */
export function createOptOutCheck(optOuts: readonly OptOut[]): (key: DestinationKey) => boolean {
  const names = new Set(optOuts.map(optOutName));
  return (key) =>
    names.size > 0 && (names.has(optOutName(key)) || names.has(optOutName({ ...key, serviceId: null })));
}

/** A string that is equal for equal ones. */
export function optOutName({ accountId, destination, serviceId }: OptOut): string {
  return `${accountId}/${serviceId ?? ''}/${destination.toString('latin1')}`;
}

export async function insertOptOuts(tx: Tx, optOuts: readonly OptOut[], now: number): Promise<void> {
  const createdAt = new Date(now);
  if (optOuts.length > 0)
    await runBatch(
      tx,
      INSERT,
      NEW,
      optOuts.map((optOut) => ({ ...optOut, createdAt })),
    );
}

/** Only those of exactly this scope. */
export async function deleteOptOuts(tx: Tx, optOuts: readonly OptOut[]): Promise<void> {
  if (optOuts.length > 0) await runBatch(tx, DELETE, SCOPES, optOuts);
}

interface RawOptOut {
  account_id: string;
  destination: Buffer;
  service_id: string | null;
}

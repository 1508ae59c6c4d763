import type { Keyring } from '../crypto/keyring.ts';
import { open, seal } from '../crypto/seal.ts';
import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { idFromUuid, type AccountId, type CarrierId } from '../ids.ts';

/** How long a message is known again when the carrier sends it once more, if it has no id of its own. */
export const REPEAT_MS = 300_000;
/** The same for one with an id: carriers try again for days. */
export const REPEAT_BY_ID_MS = 72 * 3_600_000;
/** How long the parts of a long message wait for each other. */
export const PARTS_MS = 600_000;

export interface ArrivalKey {
  accountId: AccountId;
  /** Keyed hash of what makes a message the same one. */
  arrival: Buffer;
}

export interface NewArrival extends ArrivalKey {
  conversation: Buffer;
  carrierId: CarrierId;
  total: number;
  /** Of a long message: sealed, in base64, by its number. */
  parts: Record<string, string>;
  /** Keyed hashes of the parts' texts, in base64, by their numbers. */
  marks: Record<string, string>;
  receivedAt: Date;
  expiresAt: Date;
}

/** What stood there once the arrival was noted. */
export interface KnownArrival extends ArrivalKey {
  done: boolean;
  parts: Record<string, string>;
  marks: Record<string, string>;
}

/** What is kept of a part: its text without the codes in it. */
export interface StoredPart {
  from: string;
  to: string;
  text: string;
}

const NEW = rowset<NewArrival>({
  account_id: ['uuid', (a) => a.accountId],
  arrival: ['bytea', (a) => a.arrival],
  conversation: ['bytea', (a) => a.conversation],
  carrier_id: ['uuid', (a) => a.carrierId],
  total: ['smallint', (a) => a.total],
  parts: ['json', (a) => a.parts],
  marks: ['json', (a) => a.marks],
  received_at: ['timestamptz', (a) => a.receivedAt],
  expires_at: ['timestamptz', (a) => a.expiresAt],
});

const DONE = rowset<ArrivalKey & { conversation: Buffer; at: Date }>({
  account_id: ['uuid', (a) => a.accountId],
  arrival: ['bytea', (a) => a.arrival],
  conversation: ['bytea', (a) => a.conversation],
  at: ['timestamptz', (a) => a.at],
});

// A message that is over, and a phone that uses its reference again for other words.
const IS_OVER = 'a.done AND (a.expires_at <= excluded.received_at OR NOT a.marks @> excluded.marks)';

// One statement notes, locks and answers, so that parts which come to two workers at once find each
// other. A part that was there before stays as it was: that tells a new one from a repeated one.
const PUT = `
  INSERT INTO vault.inbound_arrivals AS a (${NEW.names}, done)
  SELECT account_id, arrival, conversation, carrier_id, total, parts::jsonb, marks::jsonb, received_at, expires_at, false
  FROM ${NEW.from} ORDER BY account_id, arrival
  ON CONFLICT (account_id, arrival) DO UPDATE SET
    parts = CASE WHEN ${IS_OVER} THEN excluded.parts WHEN a.done THEN '{}'::jsonb ELSE excluded.parts || a.parts END,
    marks = CASE WHEN ${IS_OVER} THEN excluded.marks ELSE excluded.marks || a.marks END,
    done = a.done AND NOT (${IS_OVER}),
    received_at = CASE WHEN ${IS_OVER} THEN excluded.received_at ELSE a.received_at END,
    expires_at = CASE WHEN ${IS_OVER} THEN excluded.expires_at ELSE a.expires_at END
  RETURNING a.account_id, a.arrival, a.done, a.parts, a.marks`;

const FINISH = `
  UPDATE vault.inbound_arrivals a SET done = true, parts = '{}'::jsonb FROM ${DONE.from}
  WHERE a.account_id = n.account_id AND a.arrival = n.arrival`;

// Somebody who texts STOP, START and STOP means the last one, too.
const PASS = `
  UPDATE vault.inbound_arrivals a SET expires_at = n.at FROM ${DONE.from}
  WHERE a.account_id IS NOT DISTINCT FROM n.account_id AND a.conversation = n.conversation
    AND a.arrival <> n.arrival AND a.done AND a.total = 1 AND a.expires_at > n.at`;

/** Notes what has arrived; each arrival at most once in a call. */
export async function putArrivals(tx: Tx, arrivals: readonly NewArrival[]): Promise<KnownArrival[]> {
  const rows = await runBatch<NewArrival, RawArrival>(tx, PUT, NEW, arrivals);
  return rows.map((raw) => ({
    accountId: idFromUuid('acc', raw.account_id),
    arrival: raw.arrival,
    done: raw.done,
    parts: raw.parts,
    marks: raw.marks,
  }));
}

/** Their messages are stored: what comes again from now on is a repetition. */
export async function finishArrivals(
  tx: Tx,
  arrivals: readonly (ArrivalKey & { conversation: Buffer; isRepeatable: boolean })[],
  now: number,
): Promise<void> {
  if (arrivals.length === 0) return;
  const done = arrivals.map((arrival) => ({ ...arrival, at: new Date(now) }));
  const passed = done.filter(({ isRepeatable }) => isRepeatable);
  await Promise.all([
    runBatch(tx, FINISH, DONE, done),
    passed.length > 0 ? runBatch(tx, PASS, DONE, passed) : undefined,
  ]);
}

/** A string that is equal for equal keys. */
export function arrivalName({ accountId, arrival }: ArrivalKey): string {
  return `${accountId}/${arrival.toString('latin1')}`;
}

export function sealPart(keys: Keyring, key: ArrivalKey, part: StoredPart): string {
  // As JSON, a half of a character whose other half is in the next part survives.
  return seal(keys, JSON.stringify(part), placeOf(key)).toString('base64');
}

export function openPart(keys: Keyring, key: ArrivalKey, sealed: string): StoredPart {
  return JSON.parse(open(keys, Buffer.from(sealed, 'base64'), placeOf(key))) as StoredPart;
}

function placeOf({ accountId, arrival }: ArrivalKey) {
  return { account: accountId, table: 'inbound_arrivals', column: 'parts', row: arrival.toString('hex') };
}

interface RawArrival {
  account_id: string;
  arrival: Buffer;
  done: boolean;
  parts: Record<string, string>;
  marks: Record<string, string>;
}

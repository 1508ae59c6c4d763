import { withKeys } from '../crypto/with-keys.ts';
import type { Tx } from '../db/client.ts';
import { isolate } from '../db/isolate.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { transaction } from '../db/transaction.ts';
import { idFromUuid } from '../ids.ts';
import type { App } from '../platform.ts';
import { openPart, PARTS_MS, type ArrivalKey } from './arrivals.ts';
import { readSender } from './addresses.ts';
import { publishInbound } from './commit-inbound.ts';
import { createInboundNumberDirectory, matchNumber } from './numbers.ts';
import { redactCodes } from './redact-codes.ts';
import { insertInboundMessages, sealInboundMessage, type NewInboundMessage } from './store.ts';

const BATCH_SIZE = 100;
/** Stands where parts are missing. */
const GAP = ' […] ';

/**
 * Stores long messages of which a part never came, with what did: the carrier was told that we have it. One that
 * cannot be read, because its key is not here for instance, waits some more and holds up no other.
 * @returns how many were due; when that is not 0 there may be more
 */
export async function joinLate(app: App): Promise<number> {
  const late = await findLate(app.sql, app.clock());
  const failed = await isolate(late, (some) => joinSome(app, some));
  for (const { item, error } of failed)
    app.log.error({ err: error, accountId: item.accountId }, 'a long message could not be put together');
  await putOff(
    app.sql,
    failed.map(({ item }) => item),
    app.clock(),
  );
  return late.length;
}

async function joinSome(app: App, keys: readonly ArrivalKey[]): Promise<void> {
  const { stored, transactionId } = await withKeys(app.keys, () =>
    transaction(
      app.lanes,
      async (tx) => {
        const messages = (await takeLate(tx, keys, app.clock())).map((late) => toMessage(app, late));
        return (await Promise.all(messages)).filter((message) => message !== undefined);
      },
      async (tx, stored) => ({ stored, transactionId: await insertInboundMessages(tx, stored) }),
    ),
  );
  publishInbound(app, stored, transactionId);
}

const KEYS = rowset<ArrivalKey & { until: Date }>({
  account_id: ['uuid', (k) => k.accountId],
  arrival: ['bytea', (k) => k.arrival],
  until: ['timestamptz', (k) => k.until],
});

const TAKE = `
  DELETE FROM vault.inbound_arrivals WHERE (account_id, arrival) IN (
    SELECT a.account_id, a.arrival FROM vault.inbound_arrivals a JOIN ${KEYS.from} USING (account_id, arrival)
    WHERE a.expires_at <= n.until AND NOT a.done
    FOR UPDATE OF a SKIP LOCKED)
  RETURNING *`;

const PUT_OFF = `
  UPDATE vault.inbound_arrivals a SET expires_at = n.until FROM ${KEYS.from}
  WHERE a.account_id = n.account_id AND a.arrival = n.arrival AND NOT a.done`;

async function findLate(sql: Tx, now: number): Promise<ArrivalKey[]> {
  const rows = await sql<RawKey[]>`
    SELECT account_id, arrival FROM vault.inbound_arrivals WHERE expires_at <= ${new Date(now)} AND NOT done
    ORDER BY expires_at LIMIT ${BATCH_SIZE}`;
  return rows.map(keyFromRaw);
}

function takeLate(tx: Tx, keys: readonly ArrivalKey[], now: number): Promise<LateArrival[]> {
  return runBatch(tx, TAKE, KEYS, until(keys, now));
}

async function putOff(tx: Tx, keys: readonly ArrivalKey[], now: number): Promise<void> {
  if (keys.length > 0) await runBatch(tx, PUT_OFF, KEYS, until(keys, now + PARTS_MS));
}

function until(keys: readonly ArrivalKey[], at: number): (ArrivalKey & { until: Date })[] {
  return keys.map((key) => ({ ...key, until: new Date(at) }));
}

function keyFromRaw({ account_id, arrival }: RawKey): ArrivalKey {
  return { accountId: idFromUuid('acc', account_id), arrival };
}

/** @returns undefined when there is nothing of it */
async function toMessage(app: App, late: LateArrival): Promise<NewInboundMessage | undefined> {
  const key = keyFromRaw(late);
  const { accountId } = key;
  const carrierId = idFromUuid('car', late.carrier_id);
  const numbered = Object.entries(late.parts).map(([number, sealed]) => ({
    number: Number(number),
    ...openPart(app.keys, key, sealed),
  }));
  numbered.sort((a, b) => a.number - b.number);
  const [first] = numbered;
  if (!first) return undefined;
  const { from, to } = first;
  const number = matchNumber(await app.single(createInboundNumberDirectory).of(accountId), carrierId, to);
  const e164 = readSender(from, null);
  const message = {
    accountId,
    carrierId,
    serviceId: number?.serviceId ?? null,
    kind: 'message' as const,
    ourNumber: number?.number ?? to,
    sender: e164 === undefined ? null : app.keys.blindIndex('destination', accountId, e164),
    verificationId: null,
    receivedAt: late.received_at,
    from,
    text: redactCodes(joinWithGaps(numbered, late.total)),
  };
  return sealInboundMessage(app.keys, message, app.clock());
}

function joinWithGaps(parts: readonly { number: number; text: string }[], total: number): string {
  let text = '';
  let last = 0;
  for (const part of parts) {
    text += (part.number > last + 1 ? GAP : '') + part.text;
    last = part.number;
  }
  return last < total ? text + GAP : text;
}

interface RawKey {
  account_id: string;
  arrival: Buffer;
}

interface LateArrival extends RawKey {
  carrier_id: string;
  total: number;
  parts: Record<string, string>;
  received_at: Date;
}

import { withKeys } from '../crypto/with-keys.ts';
import type { Tx } from '../db/client.ts';
import { transaction } from '../db/transaction.ts';
import { idFromUuid } from '../ids.ts';
import type { App } from '../platform.ts';
import { openPart, type ArrivalKey } from './arrivals.ts';
import { readSender } from './addresses.ts';
import { publishInbound } from './commit-inbound.ts';
import { createInboundNumberDirectory, matchNumber } from './numbers.ts';
import { redactCodes } from './redact-codes.ts';
import { insertInboundMessages, sealInboundMessage, type NewInboundMessage } from './store.ts';

const BATCH_SIZE = 100;
/** Stands where parts are missing. */
const GAP = ' […] ';

/**
 * Stores long messages of which a part never came, with what did: the carrier was told that we have it.
 * @returns how many; when that is not 0 there may be more
 */
export async function joinLate(app: App): Promise<number> {
  const { stored, transactionId } = await withKeys(app.keys, () =>
    transaction(
      app.lanes,
      async (tx) => Promise.all((await takeLate(tx, app.clock())).map((late) => toMessage(app, late))),
      async (tx, stored) => ({ stored, transactionId: await insertInboundMessages(tx, stored) }),
    ),
  );
  publishInbound(app, stored, transactionId);
  return stored.length;
}

async function takeLate(tx: Tx, now: number): Promise<LateArrival[]> {
  return tx<LateArrival[]>`
    DELETE FROM inbound_arrivals WHERE (account_id, arrival) IN (
      SELECT account_id, arrival FROM inbound_arrivals WHERE expires_at <= ${new Date(now)} AND NOT done
      ORDER BY expires_at LIMIT ${BATCH_SIZE} FOR UPDATE SKIP LOCKED)
    RETURNING *`.execute();
}

async function toMessage(app: App, late: LateArrival): Promise<NewInboundMessage> {
  const accountId = idFromUuid('acc', late.account_id);
  const carrierId = idFromUuid('car', late.carrier_id);
  const key: ArrivalKey = { accountId, arrival: late.arrival };
  const numbered = Object.entries(late.parts).map(([number, sealed]) => ({
    number: Number(number),
    ...openPart(app.keys, key, sealed),
  }));
  numbered.sort((a, b) => a.number - b.number);
  const { from, to } = numbered[0]!;
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

interface LateArrival {
  account_id: string;
  arrival: Buffer;
  carrier_id: string;
  total: number;
  parts: Record<string, string>;
  received_at: Date;
}

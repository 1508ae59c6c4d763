import type { Sql, Tx } from '../db/client.ts';
import { uuidOf, type AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { readSender } from './addresses.ts';
import { openPart, type StoredPart } from './arrivals.ts';

/** A long message of which parts are missing. */
export interface WaitingParts {
  /** Keyed hash of what makes it the same message. */
  arrival: Buffer;
  /** Blind index of its sender's number. */
  sender: Buffer;
  /** Parts in all. */
  total: number;
  /** Those that have come, by their numbers, from 1. */
  parts: ReadonlyMap<number, StoredPart>;
  receivedAt: Date;
}

/**
 * The long messages that an account waits for: few, and their sender is only inside. Those from what is no number
 * are left out.
 * @throws {UnknownKey}
 */
export async function readWaitingParts(
  app: Pick<App, 'keys'>,
  sql: Sql | Tx,
  accountId: AccountId,
): Promise<WaitingParts[]> {
  const rows = await sql<RawWaiting[]>`
    SELECT arrival, total, parts, received_at FROM vault.inbound_arrivals
    WHERE account_id IS NOT DISTINCT FROM ${uuidOf(accountId)}::uuid AND NOT done FOR UPDATE`.execute();
  return rows.flatMap(({ arrival, total, parts: sealed, received_at: receivedAt }) => {
    const parts = new Map(
      Object.entries(sealed).map(([number, part]) => [
        Number(number),
        openPart(app.keys, { accountId, arrival }, part),
      ]),
    );
    const [part] = parts.values();
    const e164 = part && readSender(part.from, null);
    if (e164 === undefined) return [];
    return [
      { arrival, sender: app.keys.blindIndex('destination', accountId, e164), total, parts, receivedAt },
    ];
  });
}

interface RawWaiting {
  arrival: Buffer;
  total: number;
  parts: Record<string, string>;
  received_at: Date;
}

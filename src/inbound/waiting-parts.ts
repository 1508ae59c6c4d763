import type { Keyring } from '../crypto/keyring.ts';
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
  { keys }: Pick<App, 'keys'>,
  sql: Sql,
  accountId: AccountId,
): Promise<WaitingParts[]> {
  return openWaiting(keys, accountId, await selectWaiting(sql, accountId, false));
}

/** The same, locked, as far as a subject has sent them. */
export async function lockWaitingPartsOf(
  { keys }: Pick<App, 'keys'>,
  tx: Tx,
  accountId: AccountId,
  subjects: readonly Buffer[],
): Promise<WaitingParts[]> {
  return sentBy(subjects, openWaiting(keys, accountId, await selectWaiting(tx, accountId, true)));
}

/** Those that a subject has sent. @param subjects its blind indexes */
export function sentBy(subjects: readonly Buffer[], waiting: readonly WaitingParts[]): WaitingParts[] {
  return waiting.filter(({ sender }) => subjects.some((subject) => subject.equals(sender)));
}

function selectWaiting(sql: Sql | Tx, accountId: AccountId, isLocked: boolean) {
  return sql<RawWaiting[]>`
    SELECT arrival, total, parts, received_at FROM vault.inbound_arrivals
    WHERE account_id IS NOT DISTINCT FROM ${uuidOf(accountId)}::uuid AND NOT done
    ${isLocked ? sql`FOR UPDATE` : sql``}`.execute();
}

function openWaiting(keys: Keyring, accountId: AccountId, rows: readonly RawWaiting[]): WaitingParts[] {
  return rows.flatMap(({ arrival, total, parts: sealed, received_at: receivedAt }) => {
    const parts = new Map(
      Object.entries(sealed).map(([number, part]) => [
        Number(number),
        openPart(keys, { accountId, arrival }, part),
      ]),
    );
    const [part] = parts.values();
    const e164 = part && readSender(part.from, null);
    if (e164 === undefined) return [];
    return [{ arrival, sender: keys.blindIndex('destination', accountId, e164), total, parts, receivedAt }];
  });
}

interface RawWaiting {
  arrival: Buffer;
  total: number;
  parts: Record<string, string>;
  received_at: Date;
}

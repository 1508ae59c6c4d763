import { createHash } from 'node:crypto';
import type { AccountId, ReceiptId } from '../ids.ts';

/** How many things of each kind. */
export type Counts = Readonly<Record<string, number>>;

/** What says that something was erased or exported, without saying whose it was. */
export interface Receipt {
  kind: 'erasure' | 'export';
  accountId: AccountId;
  id: ReceiptId;
  at: Date;
  counts: Counts;
  /** SHA-256 of the exported document, in hexadecimal; absent of an erasure. */
  document?: string;
}

/** What stands first, so that no other text means the same. */
const VERSION = 'otpost receipt 1';

/** The one way in which a receipt is written: a JSON array without spaces, the counts sorted by their names. */
export function encodeReceipt({ kind, accountId, id, at, counts, document }: Receipt): string {
  const sorted = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([VERSION, kind, accountId, id, at.toISOString(), sorted, document ?? null]);
}

/** SHA-256 of its encoding, in hexadecimal. It is in the audit log, too, whose chain vouches for it. */
export function hashReceipt(receipt: Receipt): string {
  return sha256(encodeReceipt(receipt));
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

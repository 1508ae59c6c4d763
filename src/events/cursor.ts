import type { Id, VerificationId } from '../ids.ts';

/** The place of an event, in both orders: by version in its verification, by all three in its account. */
export interface Cursor {
  /** 64-bit id of the writing transaction, decimal. */
  transaction: string;
  verificationId: VerificationId;
  version: number;
}

/** No verification has this id. */
const NOBODY: VerificationId = `vrf_${'0'.repeat(32)}`;
const BYTES = 8 + 16 + 4;
const MAX_VERSION = 2 ** 31 - 1;
const MAX_TRANSACTION = 2n ** 64n - 1n;

/** @returns 38 characters of base64url */
export function encodeCursor({ transaction, verificationId, version }: Cursor): string {
  const bytes = Buffer.allocUnsafe(BYTES);
  bytes.writeBigUInt64BE(BigInt(transaction), 0);
  bytes.write(verificationId.slice('vrf_'.length), 8, 16, 'hex');
  bytes.writeUInt32BE(version, 24);
  return bytes.toString('base64url');
}

/** Reads a cursor from outside; `undefined` when no event can have it. */
export function decodeCursor(text: string): Cursor | undefined {
  if (!/^[A-Za-z0-9_-]{38}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  // The last character carries spare bits: only one spelling of a cursor is right.
  if (bytes.toString('base64url') !== text) return undefined;
  const version = bytes.readUInt32BE(24);
  if (version < 1 || version > MAX_VERSION) return undefined;
  const id: Id<'vrf'> = `vrf_${bytes.toString('hex', 8, 24)}`;
  return { transaction: String(bytes.readBigUInt64BE(0)), verificationId: id, version };
}

/** The order within one verification. */
export function compareVersions(a: Cursor, b: Cursor): number {
  return a.version - b.version;
}

/** The order of an account's stream: transaction, then verification, then version. */
export function compareCursors(a: Cursor, b: Cursor): number {
  return (
    compareTransactions(a.transaction, b.transaction) ||
    compareText(a.verificationId, b.verificationId) ||
    a.version - b.version
  );
}

/** Compares decimal numbers without leading zeros, as text: they may be longer than a double is exact. */
export function compareTransactions(a: string, b: string): number {
  return a.length - b.length || compareText(a, b);
}

/** Before every event of a transaction, and behind all events of earlier ones. */
export function startOfTransaction(transaction: string): Cursor {
  return { transaction, verificationId: NOBODY, version: 0 };
}

/** As {@link startOfTransaction}, but one that can be written down: no event stands before it there. */
export function firstOfTransaction(transaction: string): Cursor {
  return { ...startOfTransaction(transaction), version: 1 };
}

/** Whether it is a place between events, and no event's own. */
export function isBetweenEvents({ verificationId }: Cursor): boolean {
  return verificationId === NOBODY;
}

/** Whether Postgres could have given out this transaction id. */
export function isTransactionId(text: string): boolean {
  return /^(?:0|[1-9]\d{0,19})$/.test(text) && BigInt(text) <= MAX_TRANSACTION;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

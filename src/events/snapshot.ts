import { compareTransactions } from './cursor.ts';

/** A database snapshot (`pg_current_snapshot()`): which transactions were over when it was taken. */
export interface Snapshot {
  /** The oldest transaction that was still running: all before it were over. */
  oldestRunning: string;
  /** The first that had not begun. */
  next: string;
  running: ReadonlySet<string>;
}

/** @param text `xmin:xmax:xid,xid,…` */
export function parseSnapshot(text: string): Snapshot {
  const [oldestRunning, next, running] = text.split(':');
  if (!oldestRunning || !next || running === undefined) throw new Error(`not a snapshot: ${text}`);
  return { oldestRunning, next, running: new Set(running.split(',').filter(Boolean)) };
}

/** Whether a committed transaction's rows could be seen in the snapshot. */
export function isVisible(snapshot: Snapshot, transaction: string): boolean {
  if (compareTransactions(transaction, snapshot.oldestRunning) < 0) return true;
  return compareTransactions(transaction, snapshot.next) < 0 && !snapshot.running.has(transaction);
}

import type { Channel } from '../verifications/verification.ts';

/** Where a batch stands. All but `receiving` and `running` are final for the rows that were not begun by then. */
export const BATCH_STATUSES = ['receiving', 'running', 'done', 'canceled', 'expired', 'revoked'] as const;

export type BatchStatus = (typeof BATCH_STATUSES)[number];

export const MAX_ROWS = 100_000;
/** Octets of the body that brings them. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** Octets of one row; one that is longer is refused, and the others go on. */
export const MAX_ROW_BYTES = 4 * 1024;
/** Over GraphQL, whose requests are read whole. */
export const MAX_GRAPHQL_ROWS = 1_000;
/** Of one account at a time, those that are being received among them. */
export const MAX_OPEN_BATCHES = 20;

/** For how long an upload that broke off can be continued. */
export const RECEIVING_MS = 3_600_000;
/** What has not been started by then is not started any more: nobody waits for such an old code. */
export const RUNNING_MS = 24 * 3_600_000;
/** For how long a batch and its results can be asked for. */
export const KEPT_DAYS = 30;

/** What becomes of a row. */
export type RowStatus = 'queued' | 'started' | 'refused' | 'canceled';

/** How far a batch is. Rows are numbered from 1. */
export interface BatchState {
  status: BatchStatus;
  /** Those that have been received. */
  rows: number;
  started: number;
  refused: number;
  canceled: number;
  /** All before it are decided. */
  nextRow: number;
  /** All before it are decided or being started. */
  takenUntil: number;
}

/** Rows of which it is not decided yet what becomes of them. */
export function queuedOf({ rows, started, refused, canceled }: BatchState): number {
  return rows - started - refused - canceled;
}

/** What has become of a row that has no result of its own (yet). */
export function statusWithoutResult({ status, takenUntil }: BatchState, row: number): RowStatus {
  const isOver = status === 'canceled' || status === 'expired' || status === 'revoked';
  return isOver && row >= takenUntil ? 'canceled' : 'queued';
}

/** Whether there is nothing left of it that could change. */
export function isOver({ status, nextRow, takenUntil }: BatchState): boolean {
  switch (status) {
    case 'receiving':
    case 'running':
      return false;
    case 'done':
      return true;
    case 'canceled':
    case 'expired':
    case 'revoked':
      return nextRow >= takenUntil;
    default:
      throw new Error(`unhandled status: ${status satisfies never}`);
  }
}

/** A row as it waits: its number, whom to send to (E.164 with `+`), in which language and how; absent: as an SMS. */
export type WaitingRow = readonly [row: number, to: string, locale: string, channel?: Channel];

/**
 * What is started next: rows that are being started already, because a worker stopped in the middle of them, or the
 * next ones.
 * @param waiting of the chunk that has the batch's next row, in their order
 * @param endRow the row behind that chunk
 * @returns the rows, and the row behind them
 */
export function nextSlice(
  { status, nextRow, takenUntil }: BatchState,
  { waiting, endRow }: { waiting: readonly WaitingRow[]; endRow: number },
  limit: number,
): { rows: readonly WaitingRow[]; until: number } {
  const left = waiting.filter(([row]) => row >= nextRow);
  if (takenUntil > nextRow) {
    const until = Math.min(takenUntil, endRow);
    return { rows: left.filter(([row]) => row < until), until };
  }
  if (status !== 'running') return { rows: [], until: nextRow };
  const rows = left.slice(0, limit);
  return { rows, until: rows.length < left.length ? rows.at(-1)![0] + 1 : endRow };
}

import { DomainError } from '../errors.ts';
import type { BatchId } from '../ids.ts';
import { MAX_BODY_BYTES, MAX_OPEN_BATCHES, MAX_ROWS, type BatchStatus } from './batch.ts';

export class BatchNotFound extends DomainError {
  readonly code = 'batch/not_found';
  constructor() {
    super('There is no such batch in this account.');
  }
}

/** Not all of the body came. */
export abstract class BatchBrokenOff extends DomainError {
  /** Absent without an idempotency key: then nothing was kept. */
  batchId?: BatchId;
  /** Rows that are kept. */
  rowsKept = 0;
}

const AGAIN =
  'Nothing was started. Send all of it again, with the same idempotency key: what is kept of it is not kept twice.';

/** The body ended in the middle. */
export class BatchTruncated extends BatchBrokenOff {
  readonly code = 'batch/truncated';
  constructor() {
    super(`The body ended in the middle of a row. ${AGAIN}`);
  }
}

/** Its sender was too slow. */
export class BatchStalled extends BatchBrokenOff {
  readonly code = 'batch/stalled';
  constructor(kind: 'idle' | 'total') {
    super(
      `${kind === 'idle' ? 'Nothing came of the body for too long' : 'The body took too long to come'}. ${AGAIN}`,
    );
  }
}

export class BatchTooLarge extends DomainError {
  readonly code = 'batch/too_large';
  readonly maxRows: number;
  constructor(maxRows: number = MAX_ROWS) {
    super(
      `A batch has at most ${maxRows} rows, and its body ${MAX_BODY_BYTES / 1024 / 1024} MB. Nothing was started: send it as several.`,
    );
    this.maxRows = maxRows;
  }
}

/** Somebody else sends the same at this moment. */
export class BatchBusy extends DomainError {
  readonly code = 'batch/busy';
  readonly retryAfterSeconds = 1;
  constructor() {
    super(
      'Another request with this idempotency key brings the same batch at this moment. Wait for that one, or try again.',
    );
  }
}

export class TooManyBatches extends DomainError {
  readonly code = 'batch/too_many';
  readonly retryAfterSeconds = 10;
  constructor() {
    super(
      `An account has at most ${MAX_OPEN_BATCHES} batches under way. Wait until one is done, or cancel one.`,
    );
  }
}

export class BatchSettled extends DomainError {
  readonly code = 'batch/settled';
  readonly status: BatchStatus;
  constructor(status: BatchStatus) {
    super(`This batch has ended (${status}): nothing of it is left to be canceled or received.`);
    this.status = status;
  }
}

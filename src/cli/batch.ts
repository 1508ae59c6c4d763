import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import {
  BatchProgressDocument,
  CancelBatchDocument,
  type BatchProgressSubscription,
} from '../graphql/generated/graphql.ts';
import { createProgress } from '../progress.ts';
import { pause, waitMs } from '../sdk/backoff.ts';
import { errorOf, UnreachableError, type Refusal } from '../sdk/errors.ts';
import { resuming } from '../sdk/resume.ts';
import { expectType, tellOfReconnect, type Session } from './connect.ts';
import { EXIT, usage, type ExitCode } from './exit.ts';
import { Interrupted } from './interrupts.ts';
import { labelOf } from './output.ts';

export interface NewBatch {
  /** Numbers, one in each line, or rows of NDJSON as REST takes them. */
  file: string;
  service: string | undefined;
  locale: string | undefined;
  /** Another batch for another key; without one a file is the same batch however often it is sent. */
  idempotencyKey: string | undefined;
}

const ATTEMPTS = 5;

/**
 * Sends codes to all numbers of a file, and shows how far it is, to its end. Sent again after a crash, the same file
 * goes on: nobody gets two messages.
 * @throws {Failure | OtpostError}
 */
export async function startBatch(session: Session, batch: NewBatch): Promise<ExitCode> {
  const rows = await readRows(batch.file);
  const key = batch.idempotencyKey ?? createHash('sha256').update(rows).digest('hex');
  const query = new URLSearchParams({
    ...(batch.service !== undefined && { serviceId: batch.service }),
    ...(batch.locale !== undefined && { locale: batch.locale }),
  });
  const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': key };
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await call(session, `/v1/verifications/batch?${query}`, {
        method: 'POST',
        headers,
        body: rows,
      });
      const taken = (await response.json()) as { id: string; mode: string; rows: number };
      const { id, rows: count, mode } = taken;
      session.output.result({ type: 'batch', ...taken }, `${id}  ${count} rows${labelOf(mode)}`);
      return await watchBatch(session, taken.id);
    } catch (error) {
      if (!(error instanceof UnreachableError) || attempt === ATTEMPTS) throw error;
      const wait = waitMs(attempt, Math.random());
      tellOfReconnect(session)(error, wait);
      await pause(wait, session.interrupts.signal);
    }
  }
}

/** How far a batch is, to its end, then each row that was not started. @throws {OtpostError} */
export async function watchBatch(session: Session, id: string): Promise<ExitCode> {
  const { output, transport, interrupts, stderr } = session;
  const { signal } = interrupts;
  async function* open() {
    // Each connection begins with how far it is: there is no place to go on from.
    for await (const { batchProgress } of transport.stream(BatchProgressDocument, { id }, signal))
      yield { ...batchProgress, cursor: '' };
  }
  const progress = createProgress(stderr, () => performance.now());
  let last: BatchProgressSubscription['batchProgress'] | undefined;
  try {
    for await (const { cursor: _, ...batch } of resuming(open, {
      signal,
      onReconnect: tellOfReconnect(session),
    })) {
      last = batch;
      if (output.json) output.result({ type: 'progress', ...batch }, '');
      else progress.update('Rows', batch.rows - batch.queued, batch.rows);
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    output.note(
      `\nIt goes on. Watch it with "otpost batch watch ${id}", end it with "otpost batch cancel ${id}".`,
    );
    return EXIT.interrupted;
  }
  if (!last) return EXIT.failed;
  const { status, mode, rows, started, refused, canceled } = last;
  if (refused + canceled > 0) await tellOfRest(session, id);
  output.result(
    { type: 'ended', ...last },
    `${status.toLowerCase()}: ${started} of ${rows} started, ${refused} refused, ${canceled} canceled${labelOf(mode)}`,
  );
  return started === rows ? EXIT.ok : EXIT.failed;
}

/** Starts no more of a batch. @throws {OtpostError} */
export async function cancelBatch({ transport, output }: Session, batchId: string): Promise<void> {
  const { cancelBatch } = await transport.ask(CancelBatchDocument, { input: { batchId } });
  const { __typename, ...batch } = expectType(cancelBatch, 'Batch');
  output.result(
    { type: 'canceled', ...batch },
    `${batch.id}  ${batch.started} of ${batch.rows} were started${labelOf(batch.mode)}`,
  );
}

/** Each row that has no verification, and why. */
async function tellOfRest(session: Session, id: string): Promise<void> {
  const response = await call(session, `/v1/batches/${encodeURIComponent(id)}/results?format=ndjson`, {});
  const body = Readable.fromWeb(response.body as ReadableStream);
  for await (const line of createInterface({ input: body })) {
    const row = JSON.parse(line) as { row: number; status: string; error: { detail: string } | null };
    if (row.status === 'started') continue;
    session.output.result({ type: 'row', ...row }, `row ${row.row}: ${row.error?.detail ?? row.status}`);
  }
}

/** @returns NDJSON @throws {Failure} */
async function readRows(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw usage(`The file ${file} cannot be read.`);
  }
  if (text.trim() === '') throw usage(`There is no number in ${file}: it has one in each line.`);
  if (/^\s*\{/.test(text)) return text;
  return text
    .split(/\r?\n/)
    .map((line) => (line.trim() === '' ? '' : JSON.stringify({ to: line.trim() })))
    .join('\n');
}

/** @throws {OtpostError} for a problem, and for no answer */
async function call(
  { settings: { url, apiKey }, interrupts: { signal } }: Session,
  path: string,
  { headers, ...request }: RequestInit & { headers?: Record<string, string> },
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`${url}${path}`, {
      ...request,
      headers: { ...headers, authorization: `Bearer ${apiKey}` },
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new UnreachableError(`There was no answer from ${url}.`, error);
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => undefined)) as (Partial<Refusal> & Problem) | undefined;
  if (typeof problem?.code !== 'string') throw new UnreachableError(`HTTP ${response.status} from ${url}.`);
  throw errorOf({
    ...problem,
    code: problem.code,
    message: problem.detail ?? problem.code,
    docUrl: problem.type,
  });
}

interface Problem {
  detail?: string;
  type?: string;
}

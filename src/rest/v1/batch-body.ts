import { BatchStalled, BatchTruncated } from '../../batches/errors.ts';
import type { RowFormat } from '../../batches/split-rows.ts';
import { UploadTooSlow, type SlowUploads } from '../../http/slow-uploads.ts';
import type { RestContext } from './endpoint.ts';
import { problem, PROBLEM_TYPE } from './problem.ts';

const FORMATS: Readonly<Record<string, RowFormat>> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
};

/** @returns undefined for a content type that rows do not come in */
export function formatOf(context: RestContext): RowFormat | undefined {
  const [type = ''] = (context.req.header('content-type') ?? '').split(';');
  return FORMATS[type.trim().toLowerCase()];
}

export function wrongType(context: RestContext): Response {
  const body = problem(
    'request/media_type',
    'Send the rows as application/json (an array), or as application/x-ndjson (one in each line).',
  );
  return context.body(JSON.stringify(body), 415, {
    'content-type': PROBLEM_TYPE,
    'cache-control': 'no-store',
  });
}

/** The body as it comes: it is read on when the rows before are kept. @throws {BatchTruncated | BatchStalled} */
export async function* bodyOf(
  { env: { incoming } }: RestContext,
  uploads: SlowUploads,
): AsyncGenerator<Uint8Array> {
  try {
    yield* uploads.read(incoming);
  } catch (error) {
    if (error instanceof UploadTooSlow) throw new BatchStalled(error.kind);
    // The client has gone in the middle of it.
    if (incoming.readableAborted || incoming.errored) throw new BatchTruncated();
    throw error;
  }
}

import { BatchStalled, BatchTruncated } from '../../batches/errors.ts';
import type { RowFormat } from '../../batches/split-rows.ts';
import { UploadTooSlow, type SlowUploads } from '../../http/slow-uploads.ts';
import type { RestContext } from './endpoint.ts';
import { Malformed, refuseEncoded } from './read-parts.ts';

const FORMATS: Readonly<Record<string, RowFormat>> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
};

/** @throws {Malformed} for a content type that rows do not come in */
export function formatOf({ env: { incoming } }: RestContext): RowFormat {
  refuseEncoded(incoming);
  const [type = ''] = (incoming.headers['content-type'] ?? '').split(';');
  const format = FORMATS[type.trim().toLowerCase()];
  if (!format) throw new Malformed('request/media_type', WRONG_TYPE);
  return format;
}

const WRONG_TYPE =
  'Send the rows as application/json (an array), or as application/x-ndjson (one in each line).';

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

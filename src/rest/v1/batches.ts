import { z } from '@hono/zod-openapi';
import { MAX_ROWS } from '../../batches/batch.ts';
import { cancelBatch } from '../../batches/cancel.ts';
import { BatchNotFound } from '../../batches/errors.ts';
import type { BatchProgress } from '../../batches/progress.ts';
import { findBatch, listBatches, listResults, rowOfCursor } from '../../batches/queries.ts';
import { splitRows } from '../../batches/split-rows.ts';
import { startVerifications } from '../../batches/start-verifications.ts';
import { watchBatch } from '../../batches/stream.ts';
import type { Principal } from '../../accounts/principal.ts';
import { InvalidCursor } from '../../graphql/connection.ts';
import type { SlowUploads } from '../../http/slow-uploads.ts';
import type { BatchId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import type { ConnectionSeats } from '../../rates/seats.ts';
import { readServiceId } from '../../services/read-service-id.ts';
import { bodyOf, formatOf } from './batch-body.ts';
import { Batch, BatchRow, batchRowShape, batchShape } from './batch-shape.ts';
import { addEndpoint, type Gate, type RestApi } from './endpoint.ts';
import { withETag } from './etag.ts';
import { IdempotencyHeader, idParams, PageQuery, pageOf, readIdParam, readPageOf } from './parts.ts';
import { Channel } from './verification-shape.ts';
import { Resume, sendEvents } from './server-events.ts';
import { streamOf } from './stream-of.ts';

const TAG = 'Batches';
const BY_ID = idParams('bat', 'The batch');
const ANSWER = { schema: Batch, description: 'The batch.' };

export const BATCH_PATH = '/v1/verifications/batch';

const Row = z
  .strictObject({
    to: z.string().openapi({
      description:
        "A phone number as a person types it; without a country code the service's default country counts.",
      example: '+385911234567',
    }),
    channel: Channel.optional().openapi({
      description: 'How the code travels; as in the batch when absent.',
    }),
    locale: z
      .string()
      .optional()
      .openapi({ description: 'Language of the message, BCP 47; that of the batch when absent.' }),
  })
  .openapi('NewBatchRow', { description: 'Whom to send a code.' });

/** Many verifications at once. */
export function addBatches(
  api: RestApi,
  app: App,
  gate: Gate,
  { seats, uploads }: { seats: ConnectionSeats | undefined; uploads: SlowUploads },
): void {
  addEndpoint(api, app, gate, {
    ...{ method: 'post', path: BATCH_PATH, name: 'startVerifications', tag: TAG },
    summary: 'Start many verifications',
    description:
      `Up to ${MAX_ROWS} rows, as a JSON array or one in each line (NDJSON). They are kept as they come, started once all ` +
      'have, at the pace of the carriers, and each under the rules of a start of its own: a row that breaks one is ' +
      'refused, and the others go on. An upload that broke off is continued by sending all of it again with the same ' +
      '`Idempotency-Key`: rows that are kept are only compared.',
    permission: 'verifications:write',
    audit: 'batch.start',
    headers: IdempotencyHeader,
    query: z.object({
      serviceId: z
        .string()
        .optional()
        .openapi({ description: "Whose rules to follow; the account's default service when absent." }),
      channel: Channel.optional().openapi({ description: 'Of rows that do not say it; `sms` when absent.' }),
      locale: z
        .string()
        .optional()
        .openapi({ description: "Of rows that do not say it; the service's default when absent." }),
    }),
    streamedBody: { 'application/json': z.array(Row), 'application/x-ndjson': Row },
    status: 202,
    answer: { schema: Batch, description: 'The batch; its rows are being started.' },
    errors: [
      'service/not_found',
      'idempotency/conflict',
      'batch/truncated',
      'batch/stalled',
      'batch/too_large',
      'batch/busy',
      'batch/too_many',
      'batch/settled',
    ],
    async handle({ who, query: { serviceId, channel, locale }, headers, context }) {
      const format = formatOf(context);
      const input = {
        serviceId: readServiceId(serviceId),
        channel,
        locale,
        idempotencyKey: headers['idempotency-key'],
      };
      const batch = await startVerifications(app, who, input, splitRows(bodyOf(context, uploads), format));
      context.env.outgoing.setHeader('location', `/v1/batches/${batch.id}`);
      return batchShape(batch);
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/batches', name: 'listBatches', tag: TAG },
    summary: 'List batches, newest first',
    permission: 'verifications:read',
    query: PageQuery,
    status: 200,
    answer: { schema: pageOf(Batch), description: 'A page of batches.' },
    errors: ['input/cursor'],
    async handle({ who, query, context }) {
      const { rows, nextCursor } = await readPageOf('bat', query, (page) => listBatches(app, who, page));
      return withETag(context, { items: rows.map(batchShape), nextCursor });
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/batches/{id}', name: 'getBatch', tag: TAG },
    summary: 'Get a batch',
    permission: 'verifications:read',
    params: BY_ID,
    status: 200,
    answer: ANSWER,
    errors: ['batch/not_found'],
    async handle({ who, params, context }) {
      return withETag(context, batchShape(await need(app, who, params)));
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/batches/{id}/results', name: 'getBatchResults', tag: TAG },
    summary: 'What has become of the rows of a batch',
    description:
      'In their order: a page of them, or with `format=ndjson` all, one in each line, as a stream. The cursor of a ' +
      'row is its number.',
    permission: 'verifications:read',
    params: BY_ID,
    query: PageQuery.extend({
      format: z.enum(['page', 'ndjson']).default('page').openapi({ description: 'A page, or all of them.' }),
    }),
    status: 200,
    answer: {
      schema: pageOf(BatchRow),
      description: 'A page of rows; or all of them, one in each line.',
      also: { 'application/x-ndjson': z.string() },
    },
    errors: ['batch/not_found', 'input/cursor'],
    async handle({ who, params, query: { first, after, format }, context }) {
      const batch = await need(app, who, params);
      const behind = rowOfCursor(after);
      if (behind === undefined) throw new InvalidCursor();
      if (format === 'ndjson')
        return context.body(streamOf(app, context, linesOf(app, batch, behind)), 200, {
          'content-type': 'application/x-ndjson',
          'cache-control': 'no-store',
        });
      const rows = await listResults(app, batch, { after: behind, limit: first });
      const last = rows.at(-1)?.row;
      return withETag(context, {
        items: rows.map((row) => batchRowShape(app, batch, row)),
        nextCursor: last !== undefined && last < batch.rows ? String(last) : null,
      });
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/batches/{id}/events', name: 'watchBatch', tag: TAG },
    summary: 'Watch a batch',
    description:
      'How far it is: now, then several times a second as it gets on. Ends when nothing of it can change any more. ' +
      'Whoever comes again begins with how it is then: nothing is missed.',
    permission: 'verifications:read',
    params: BY_ID,
    headers: Resume,
    status: 200,
    answer: {
      schema: Batch,
      mediaType: 'text/event-stream',
      description:
        'Server-sent events of the type `BatchProgress`, with a Batch as `data`. A comment every 15 s.',
    },
    errors: ['batch/not_found', 'socket/too_many'],
    async handle({ who, params, context }) {
      const id = readId(params);
      const open = () => watchBatch(app, who, id);
      return sendEvents({ app, context, who, seats }, open, (batch) => ({
        id: batch.cursor,
        event: 'BatchProgress',
        data: JSON.stringify(batchShape(batch)),
      }));
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'post', path: '/v1/batches/{id}/cancel', name: 'cancelBatch', tag: TAG },
    summary: 'Cancel a batch',
    description:
      'What is not begun by now never is. Verifications that were started go on. Twice is the same as once.',
    permission: 'verifications:write',
    audit: 'batch.cancel',
    params: BY_ID,
    status: 200,
    answer: ANSWER,
    errors: ['batch/not_found', 'batch/settled'],
    async handle({ who, params }) {
      return batchShape(await cancelBatch(app, who, readId(params)));
    },
  });
}

async function need(app: App, who: Principal, params: { id: string }): Promise<BatchProgress> {
  const batch = await findBatch(app, who, readId(params));
  if (!batch) throw new BatchNotFound();
  return batch;
}

/** @throws {BatchNotFound} */
function readId(params: { id: string }): BatchId {
  const id = readIdParam('bat', params);
  if (!id) throw new BatchNotFound();
  return id;
}

const AT_ONCE = 1_000;

async function* linesOf(app: App, batch: BatchProgress, behind: number): AsyncGenerator<string> {
  for (let after = behind; after < batch.rows; after += AT_ONCE) {
    const rows = await listResults(app, batch, { after, limit: AT_ONCE });
    yield rows.map((row) => `${JSON.stringify(batchRowShape(app, batch, row))}\n`).join('');
  }
}

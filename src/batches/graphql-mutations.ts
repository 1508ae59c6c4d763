import { InvalidInput } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { parseId } from '../ids.ts';
import { Channel } from '../services/graphql-channel.ts';
import { ServiceNotFound } from '../services/errors.ts';
import { readServiceId } from '../services/read-service-id.ts';
import { IdempotencyConflict } from '../verifications/errors.ts';
import { MAX_GRAPHQL_ROWS, MAX_ROWS } from './batch.ts';
import { cancelBatch } from './cancel.ts';
import { BatchBusy, BatchNotFound, BatchSettled, BatchTooLarge, TooManyBatches } from './errors.ts';
import { Batch } from './graphql.ts';
import type { BatchProgress } from './progress.ts';
import { startVerifications } from './start-verifications.ts';
import { watchBatch } from './stream.ts';

const BatchRowInput = builder.inputType('BatchRowInput', {
  description: 'Whom to send a code.',
  fields: (t) => ({
    to: t.string({
      required: true,
      description:
        "A phone number as a person types it; without a country code the service's default country counts.",
    }),
    channel: t.field({ type: Channel, description: 'How the code travels; as in the batch when absent.' }),
    locale: t.string({ description: 'Language of the message, BCP 47; that of the batch when absent.' }),
  }),
});

const StartVerificationsInput = builder.inputType('StartVerificationsInput', {
  description: 'Whom to send codes, and how.',
  fields: (t) => ({
    rows: t.field({
      type: [BatchRowInput],
      required: true,
      description: `1 to ${MAX_GRAPHQL_ROWS} of them; REST takes ${MAX_ROWS} (\`POST /v1/verifications/batch\`).`,
    }),
    serviceId: t.id({ description: "Whose rules to follow; the account's default service when absent." }),
    channel: t.field({ type: Channel, description: 'Of rows that do not say it; `SMS` when absent.' }),
    locale: t.string({ description: "Of rows that do not say it; the service's default when absent." }),
    idempotencyKey: t.string({
      description: 'A repeated request with the same key answers with the same batch. 1 to 255 characters.',
    }),
  }),
});

builder.mutationField('startVerifications', (t) =>
  t.field({
    permission: 'verifications:write',
    audit: 'batch.start',
    type: Batch,
    description:
      'Takes many verifications in, and starts them at the pace of the carriers, each under the rules of a start of ' +
      'its own: a row that breaks one is refused, and the others go on. Watch `batchProgress`; `results` has each row.',
    errors: {
      types: [
        ServiceNotFound,
        InvalidInput,
        IdempotencyConflict,
        TooManyBatches,
        BatchTooLarge,
        BatchBusy,
        BatchSettled,
      ],
    },
    args: { input: t.arg({ type: StartVerificationsInput, required: true, description: 'Whom, and how.' }) },
    resolve: (_root, { input: { rows, serviceId, channel, locale, idempotencyKey } }, context) => {
      const service = readServiceId(serviceId);
      if (rows.length > MAX_GRAPHQL_ROWS) throw new BatchTooLarge(MAX_GRAPHQL_ROWS);
      const texts = rows.map((row) =>
        JSON.stringify({ to: row.to, channel: row.channel ?? undefined, locale: row.locale ?? undefined }),
      );
      return startVerifications(
        context.app,
        callerOf(context),
        {
          serviceId: service,
          channel: channel ?? undefined,
          locale: locale ?? undefined,
          idempotencyKey: idempotencyKey ?? undefined,
        },
        [texts],
      );
    },
  }),
);

const CancelBatchInput = builder.inputType('CancelBatchInput', {
  description: 'Which batch to call off.',
  fields: (t) => ({ batchId: t.id({ required: true, description: 'Which batch.' }) }),
});

builder.mutationField('cancelBatch', (t) =>
  t.field({
    permission: 'verifications:write',
    audit: 'batch.cancel',
    type: Batch,
    description:
      'Starts no more of a batch: what is not begun by now never is. Verifications that were started go on.',
    errors: { types: [BatchNotFound, BatchSettled] },
    args: { input: t.arg({ type: CancelBatchInput, required: true, description: 'Which one.' }) },
    resolve: (_root, { input }, context) => {
      const batchId = parseId('bat', input.batchId);
      if (!batchId) throw new BatchNotFound();
      return cancelBatch(context.app, callerOf(context), batchId);
    },
  }),
);

builder.subscriptionField('batchProgress', (t) =>
  t.field({
    permission: 'verifications:read',
    type: Batch,
    description:
      'How far a batch is: now, then several times a second as it gets on. Completes when nothing of it can change ' +
      'any more.',
    args: { id: t.arg.id({ required: true, description: 'Which batch.' }) },
    subscribe: (_root, { id }, context) => {
      const batchId = parseId('bat', id);
      if (!batchId) throw new BatchNotFound();
      return watchBatch(context.app, callerOf(context), batchId);
    },
    resolve: (batch: BatchProgress) => batch,
  }),
);

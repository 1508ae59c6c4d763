import { Mode } from '../accounts/graphql-mode.ts';
import { builder } from '../graphql/builder.ts';
import { InvalidCursor, MAX_PAGE_SIZE, readPage, toConnection } from '../graphql/connection.ts';
import { callerOf } from '../graphql/context.ts';
import { ErrorInterface, errorType } from '../graphql/errors.ts';
import { parseId, type VerificationId } from '../ids.ts';
import { InvalidInput } from '../errors.ts';
import { Verification } from '../verifications/graphql.ts';
import { findVerifications } from '../verifications/queries.ts';
import { KEPT_DAYS, queuedOf } from './batch.ts';
import { BatchBusy, BatchNotFound, BatchSettled, BatchTooLarge, TooManyBatches } from './errors.ts';
import { findBatch, listBatches, listResults, rowOfCursor, type RowResult } from './queries.ts';
import { refusalOf, type RowRefusal } from './refusal.ts';

errorType(BatchNotFound, 'There is no such batch in this account.');
errorType(BatchBusy, 'Another request with this idempotency key brings the same batch at this moment.');
errorType(TooManyBatches, 'The account has too many batches under way. Nothing was done.');
errorType(BatchSettled, 'The batch has ended: nothing of it is left to be canceled or received.');
errorType(BatchTooLarge, 'The batch has more rows than one may have. Nothing was started.', (t) => ({
  maxRows: t.exposeInt('maxRows', { description: 'How many it may have.' }),
}));

export const BatchStatus = builder.enumType('BatchStatus', {
  description:
    'Where a batch stands. All but `RECEIVING` and `RUNNING` are final for what was not begun by then.',
  values: {
    RECEIVING: { value: 'receiving', description: 'Its rows are still coming. None of them is started yet.' },
    RUNNING: { value: 'running', description: 'Its rows are being started, as fast as messages flow off.' },
    DONE: { value: 'done', description: 'Each row was started or refused.' },
    CANCELED: { value: 'canceled', description: 'Called off.' },
    EXPIRED: { value: 'expired', description: 'Its time was up: a day after it came.' },
    REVOKED: { value: 'revoked', description: 'Whoever brought it lost the access for it.' },
  } as const,
});

const BatchRowStatus = builder.enumType('BatchRowStatus', {
  description: 'What has become of a row of a batch.',
  values: {
    QUEUED: { value: 'queued', description: 'Not started yet.' },
    STARTED: { value: 'started', description: 'It has a verification.' },
    REFUSED: { value: 'refused', description: 'It could not be started: `error` says why.' },
    CANCELED: { value: 'canceled', description: 'The batch ended before it was started. It never will be.' },
  } as const,
});

const BatchRowRefused = builder.objectRef<RowRefusal>('BatchRowRefused').implement({
  description: 'Why a row was refused: what a start of its own would have been answered with.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    field: t.exposeString('field', { nullable: true, description: 'Which field of the row is wrong.' }),
    country: t.exposeString('country', {
      nullable: true,
      description: 'Which country is not allowed, ISO 3166-1 alpha-2.',
    }),
    nextSendAt: t.expose('nextSendAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the next message may go.',
    }),
  }),
});

const BatchRow = builder.objectRef<RowResult>('BatchRow').implement({
  description: 'A row of a batch, and what has become of it.',
  fields: (t) => ({
    row: t.exposeInt('row', { description: 'Its number, from 1. Empty lines have none.' }),
    status: t.expose('status', { type: BatchRowStatus, description: 'What has become of it.' }),
    verification: t.loadable({
      type: Verification,
      nullable: true,
      description:
        'Of a row that was started. Several rows of one number have the same one: they were further messages of it.',
      load: (ids: VerificationId[], context) => findVerifications(context.app, callerOf(context), ids),
      resolve: ({ verificationId }) => verificationId,
    }),
    error: t.field({
      type: BatchRowRefused,
      nullable: true,
      description: 'Why it was refused, when it was.',
      resolve: ({ error }) => error && refusalOf(error),
    }),
  }),
});

const BatchRowConnection = builder.connectionObject(
  { type: BatchRow, name: 'BatchRowConnection', description: 'A page of the rows of a batch.' },
  { description: 'A row and its cursor.' },
);

export const Batch = builder.drizzleObject('batches', {
  name: 'Batch',
  permission: 'verifications:read',
  description: `Many verifications that are started together, at the pace of the carriers. Kept for ${KEPT_DAYS} days.`,
  interfaces: [builder.nodeInterfaceRef()],
  select: {
    columns: {
      ...{ accountId: true, id: true, serviceId: true, mode: true, status: true },
      ...{ rows: true, started: true, refused: true, canceled: true, nextRow: true, takenUntil: true },
      ...{ version: true, createdAt: true, receivedAt: true, finishedAt: true },
    },
  },
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `bat_`.', resolve: (batch) => batch.id }),
    mode: t.field({
      type: Mode,
      description: 'Whether it is for real or a test; that of the key that brought it.',
      resolve: (batch) => batch.mode,
    }),
    status: t.field({ type: BatchStatus, description: 'Where it stands.', resolve: (batch) => batch.status }),
    rows: t.int({ description: 'How many rows it has, so far.', resolve: (batch) => batch.rows }),
    queued: t.int({ description: 'How many of them are not decided yet.', resolve: queuedOf }),
    started: t.int({ description: 'How many were started.', resolve: (batch) => batch.started }),
    refused: t.int({ description: 'How many could not be started.', resolve: (batch) => batch.refused }),
    canceled: t.int({ description: 'How many never will be.', resolve: (batch) => batch.canceled }),
    version: t.int({ description: 'Goes up with every change.', resolve: (batch) => batch.version }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When its first row came.',
      resolve: (batch) => batch.createdAt,
    }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when nothing of it can change any more.',
      resolve: (batch) => batch.finishedAt,
    }),
    results: t.field({
      type: BatchRowConnection,
      description: 'What has become of its rows, in their order.',
      args: {
        first: t.arg.int({ required: true, description: `How many, 1–${MAX_PAGE_SIZE}.` }),
        after: t.arg.string({ description: '`endCursor` of the page before: the number of its last row.' }),
      },
      resolve: async (batch, { first, after }, context) => {
        if (first < 1 || first > MAX_PAGE_SIZE)
          throw new InvalidInput('first', `A page has 1 to ${MAX_PAGE_SIZE} things.`);
        const behind = rowOfCursor(after);
        if (behind === undefined) throw new InvalidCursor();
        const rows = await listResults(context.app, batch, { after: behind, limit: first });
        return {
          edges: rows.map((node) => ({ cursor: String(node.row), node })),
          pageInfo: {
            hasNextPage: rows.length > 0 && rows.at(-1)!.row < batch.rows,
            hasPreviousPage: behind > 0,
            startCursor: rows.length > 0 ? String(rows[0]!.row) : null,
            endCursor: rows.length > 0 ? String(rows.at(-1)!.row) : null,
          },
        };
      },
    }),
  }),
});

builder.queryField('batch', (t) =>
  t.field({
    permission: 'verifications:read',
    type: Batch,
    nullable: true,
    description: 'One batch; `null` when there is none of this id.',
    args: { id: t.arg.id({ required: true, description: 'Which one.' }) },
    resolve: (_root, { id }, context) => {
      const batchId = parseId('bat', id);
      return batchId ? findBatch(context.app, callerOf(context), batchId) : null;
    },
  }),
);

const BatchConnection = builder.connectionObject(
  { type: Batch, name: 'BatchConnection', description: 'A page of batches.' },
  { description: 'A batch and its cursor.' },
);

builder.queryField('batches', (t) =>
  t.field({
    permission: 'verifications:read',
    type: BatchConnection,
    description: `The batches of the last ${KEPT_DAYS} days, newest first.`,
    args: {
      first: t.arg.int({ required: true, description: `How many, 1–${MAX_PAGE_SIZE}.` }),
      after: t.arg.string({ description: '`endCursor` of the page before.' }),
    },
    resolve: async (_root, args, context) =>
      toConnection(await listBatches(context.app, callerOf(context), readPage('bat', args)), args),
  }),
);

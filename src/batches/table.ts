import { sql } from 'drizzle-orm';
import { index, integer, jsonb, primaryKey, snakeCase, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { Mode } from '../accounts/mode.ts';
import type { Actor } from '../audit/actor.ts';
import {
  accountIdColumn,
  batchIdColumn,
  bytes,
  moment,
  serviceIdColumn,
  verificationIdColumn,
} from '../db/columns.ts';
import type { BatchStatus } from './batch.ts';
import type { RowError } from './refusal.ts';

/** Verifications that are started together. Whom they are for waits in `vault.batch_chunks`. */
export const batches = snakeCase.table(
  'batches',
  {
    accountId: accountIdColumn().notNull(),
    id: batchIdColumn().notNull(),
    serviceId: serviceIdColumn().notNull(),
    /** That of the key that brought it. */
    mode: text().$type<Mode>().notNull(),
    status: text().$type<BatchStatus>().notNull(),
    /** Who brought it: the verifications are started in that name. */
    actor: jsonb().$type<Actor>().notNull(),
    /** Keyed hash of the caller's key. */
    idempotencyKey: bytes(),
    /** Keyed hash of what was asked for and of all rows so far, refused ones among them. */
    fingerprint: bytes(),
    rows: integer().notNull(),
    started: integer().notNull(),
    refused: integer().notNull(),
    canceled: integer().notNull(),
    nextRow: integer().notNull(),
    takenUntil: integer().notNull(),
    /** Goes up with every change. */
    version: integer().notNull(),
    createdAt: moment().notNull(),
    /** When something of it was received last. */
    receivedAt: moment().notNull(),
    /** When nothing of it could change any more. */
    finishedAt: moment(),
    /** The worker that has it, and until when. */
    worker: uuid(),
    leaseUntil: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    uniqueIndex('batches_idempotency')
      .on(t.accountId, t.idempotencyKey)
      .where(sql`${t.idempotencyKey} is not null`),
    index('batches_open')
      .on(t.id)
      .where(sql`${t.finishedAt} is null`),
  ],
);

/** What became of rows. Those of which nothing has become yet have none. */
export const batchResults = snakeCase.table(
  'batch_results',
  {
    accountId: accountIdColumn().notNull(),
    batchId: batchIdColumn().notNull(),
    row: integer().notNull(),
    /** Null of one that was refused. */
    verificationId: verificationIdColumn(),
    error: jsonb().$type<RowError>(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.batchId, t.row] })],
);

export type BatchRow = typeof batches.$inferSelect;
export type ResultRow = typeof batchResults.$inferSelect;

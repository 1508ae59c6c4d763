import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, smallint, snakeCase, text } from 'drizzle-orm/pg-core';
import {
  accountIdColumn,
  messageIdColumn,
  moment,
  transactionId,
  verificationIdColumn,
} from '../db/columns.ts';
import type { MessageStatus } from '../messages/message.ts';
import type { Channel, VerificationStatus } from '../verifications/verification.ts';
import type { EventType } from './catalog.ts';

/**
 * What happened, never changed. Each row carries the state after it, so that a reader who comes
 * later sees the verification and the message as they were then.
 */
export const events = snakeCase.table(
  'events',
  {
    accountId: accountIdColumn().notNull(),
    verificationId: verificationIdColumn().notNull(),
    /** 1, 2, 3 … without a hole, per verification. */
    version: integer().notNull(),
    type: text().$type<EventType>().notNull(),
    occurredAt: moment().notNull(),
    /** The writing transaction: the account's stream reads only below the oldest one still running. */
    transaction: transactionId()
      .notNull()
      .default(sql`pg_current_xact_id()`),
    verificationStatus: text().$type<VerificationStatus>().notNull(),
    checksLeft: smallint().notNull(),
    sendsLeft: smallint().notNull(),
    nextSendAt: moment(),
    /** Null stands for `sms`. */
    channel: text().$type<Channel>(),
    messageId: messageIdColumn(),
    messageStatus: text().$type<MessageStatus>(),
    /** For how long it is kept: with the time in the verification's id that says in which partition it is. */
    days: smallint().notNull().default(90),
  },
  (t) => [
    // Of each partition, not of the table: see retention/README.md.
    primaryKey({ columns: [t.accountId, t.verificationId, t.version] }),
    index('events_account_order').on(t.accountId, t.transaction, t.verificationId, t.version),
  ],
);

export type EventRow = Omit<typeof events.$inferSelect, 'days'>;

import { sql } from 'drizzle-orm';
import {
  boolean,
  char,
  doublePrecision,
  index,
  json,
  primaryKey,
  real,
  smallint,
  snakeCase,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Mode } from '../accounts/mode.ts';
import {
  accountIdColumn,
  attemptIdColumn,
  carrierIdColumn,
  messageIdColumn,
  moment,
  routeIdColumn,
  verificationIdColumn,
} from '../db/columns.ts';
import type { Retry } from '../carriers/carrier.ts';
import type { AttemptStatus } from './attempt.ts';
import type { MessageStatus } from './message.ts';
import type { PartsText } from './parts.ts';
import type { StoredDecision } from '../routing/decision.ts';

/**
 * Primary keys lead with the account; the other indexes leave it out on purpose. With it in front,
 * the planner of an empty table takes (account, verification, id) for as good as the primary key to
 * find (account, id), keeps that plan, and reads the whole account: a claim of 45 rows took 34 ms.
 */
export const messages = snakeCase.table(
  'messages',
  {
    accountId: accountIdColumn().notNull(),
    id: messageIdColumn().notNull(),
    verificationId: verificationIdColumn().notNull(),
    /** That of its verification. */
    mode: text().$type<Mode>().notNull().default('live'),
    status: text().$type<MessageStatus>().notNull(),
    sender: text(),
    segments: smallint(),
    /** Attempts that count against the retry schedule; being throttled does not. */
    attemptsSpent: smallint().notNull(),
    /**
     * The row is the job: when it is due next. Schedule, retry time and lease in one column; null
     * when nothing is left to do.
     */
    dueAt: moment(),
    /**
     * The same of a test, whose `due_at` is always null: what claims messages for carriers cannot see it, and nor can
     * a worker from before there was a sandbox.
     */
    sandboxDueAt: moment(),
    queuedAt: moment().notNull(),
    sentAt: moment(),
    deliveredAt: moment(),
    settledAt: moment(),
    /** Why it failed or was not delivered, for a person. */
    failureReason: text(),
    /** When no route could ever have carried it: the choice that says so. */
    failureDecision: json().$type<StoredDecision>(),
    /** The only route that it may take: it is sent to try that one. */
    pinnedRouteId: routeIdColumn(),
    /** For how long it is kept: with the time in the verification's id that says in which partition it is. */
    days: smallint().notNull().default(365),
  },
  (t) => [
    // Of each partition, not of the table: see retention/README.md.
    primaryKey({ columns: [t.accountId, t.id] }),
    index('messages_verification').on(t.verificationId, t.id),
    index('messages_due')
      .on(t.dueAt)
      .where(sql`${t.dueAt} is not null`),
    index('messages_sandbox_due')
      .on(t.sandboxDueAt)
      .where(sql`${t.sandboxDueAt} is not null`),
  ],
);

export const attempts = snakeCase.table(
  'attempts',
  {
    accountId: accountIdColumn().notNull(),
    id: attemptIdColumn().notNull(),
    messageId: messageIdColumn().notNull(),
    verificationId: verificationIdColumn().notNull(),
    carrierId: carrierIdColumn().notNull(),
    routeId: routeIdColumn().notNull(),
    /** Of the number, ISO 3166-1 alpha-2; null on attempts from before it was kept. */
    country: char({ length: 2 }),
    /** MCC and MNC of the number as routing believed; null = not known. */
    operator: text(),
    /** How sure that was, 0–1. */
    operatorConfidence: real(),
    status: text().$type<AttemptStatus>().notNull(),
    carrierMessageId: text(),
    errorCode: text(),
    errorMessage: text(),
    /** What receipts have said of its parts, see parts.ts; null when any receipt is about the whole message. */
    parts: text().$type<PartsText>(),
    /** When a receipt that only one part has had stands for the others. */
    partsDueAt: moment(),
    /** What its refusal, or a receipt that it was not delivered, leaves to try. */
    retry: text().$type<Retry>(),
    /** Made because the receipt of an earlier attempt did not come in its usual time. */
    isLate: boolean().notNull().default(false),
    /** Every candidate with its score and reasons, as the policy saw it. */
    decision: json().$type<StoredDecision>().notNull(),
    /** Of the route at that time, per segment, in the account's currency; null: not noted then. */
    price: doublePrecision(),
    submittedAt: moment().notNull(),
    answeredAt: moment(),
    settledAt: moment(),
    /** For how long it is kept: with the time in the verification's id that says in which partition it is. */
    days: smallint().notNull().default(365),
  },
  (t) => [
    // Of each partition, as above.
    primaryKey({ columns: [t.accountId, t.id] }),
    index('attempts_message').on(t.messageId, t.id),
    // Not unique: a carrier that answers one id for every message exists.
    index('attempts_carrier_message')
      .on(t.carrierId, t.carrierMessageId)
      .where(sql`${t.carrierMessageId} is not null`),
    index('attempts_parts_due')
      .on(t.partsDueAt)
      .where(sql`${t.partsDueAt} is not null`),
    // Whether a carrier reports each part: one look, however many messages it had.
    index('attempts_parts_proof')
      .on(t.carrierId)
      .where(sql`${t.parts} ~ ':.*[du].*[du]'`),
  ],
);

/**
 * What the carrier calls the second part of a message and those behind it. Kept for as long as receipts
 * wait; a message of one segment has no row here.
 */
export const attemptParts = snakeCase.table(
  'attempt_parts',
  {
    accountId: accountIdColumn().notNull(),
    attemptId: attemptIdColumn().notNull(),
    /** From 2. */
    part: smallint().notNull(),
    carrierId: carrierIdColumn().notNull(),
    carrierMessageId: text().notNull(),
    messageId: messageIdColumn().notNull(),
    verificationId: verificationIdColumn().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.attemptId, t.part] }),
    // None on the attempt alone: the planner of an empty table takes it to find the newest part, and keeps it.
    index('attempt_parts_carrier_message').on(t.carrierId, t.carrierMessageId, t.attemptId),
  ],
);

/** Receipts that came before their attempt was known by its carrier's id: the normal case, not the exception. */
export const receiptInbox = snakeCase.table(
  'receipt_inbox',
  {
    accountId: accountIdColumn().notNull(),
    id: uuid().notNull(),
    carrierId: carrierIdColumn().notNull(),
    carrierMessageId: text().notNull(),
    state: text().$type<'enroute' | 'delivered' | 'undelivered'>().notNull(),
    errorCode: text(),
    errorMessage: text(),
    retry: text().$type<Retry>(),
    receivedAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    index('receipt_inbox_carrier_message').on(t.carrierId, t.carrierMessageId),
    index('receipt_inbox_age').on(t.receivedAt),
  ],
);

/** `dueAt` of either mode; which column that is only its statements know. */
export type MessageRow = Omit<typeof messages.$inferSelect, 'sandboxDueAt' | 'days'>;
export type AttemptRow = Omit<typeof attempts.$inferSelect, 'days'>;

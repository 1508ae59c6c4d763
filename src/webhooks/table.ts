import { sql } from 'drizzle-orm';
import { index, integer, jsonb, primaryKey, smallint, snakeCase, text } from 'drizzle-orm/pg-core';
import { accounts } from '../accounts/table.ts';
import {
  accountIdColumn,
  bytes,
  moment,
  transactionId,
  verificationIdColumn,
  webhookDeliveryIdColumn,
  webhookEndpointIdColumn,
} from '../db/columns.ts';
import type { WebhookName } from './catalog.ts';
import type { AttemptRecord } from './outcome.ts';

/** Where an account wants to be told what happens. */
export const webhookEndpoints = snakeCase.table(
  'webhook_endpoints',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    id: webhookEndpointIdColumn().notNull(),
    /** In the clear only in rows from before it was sealed. */
    url: text(),
    urlSealed: bytes(),
    description: text().notNull(),
    /** null = all. */
    events: text().$type<WebhookName>().array(),
    /** Where it is, e.g. `EU`; null = not known, and closed to accounts with a residency. */
    region: text(),
    /** Its secrets, sealed: the one in use, and during a rotation the one before. */
    secretsSealed: bytes().notNull(),
    /** Until when the secret before the last rotation signs, too. */
    previousEndsAt: moment(),
    /** Its place in the account's events: all up to it have become deliveries. */
    seenTransaction: transactionId().notNull(),
    seenVerificationId: verificationIdColumn().notNull(),
    seenVersion: integer().notNull(),
    /** Since when nothing has arrived; null while all is well. */
    failingSince: moment(),
    /** null = in use. */
    disabledAt: moment(),
    disabledReason: text().$type<DisabledReason>(),
    createdAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.id] })],
);

/** `owner`: somebody wanted it; `gone`: it answered 410; `failing`: nothing arrived for 75 hours. */
export type DisabledReason = 'owner' | 'gone' | 'failing';

/** Never a phone number: an address of the network at most, as the alarm itself has it. */
export type AlarmData = Readonly<Record<string, string | number | null>>;

export type DeliveryStatus = 'pending' | 'delivered' | 'failed';

/**
 * One event on its way to one endpoint. The row is the job, as with messages: `due_at` is schedule, retry
 * time and lease in one. What is sent is written anew from the event for each attempt, so no personal
 * data rests here.
 */
export const webhookDeliveries = snakeCase.table(
  'webhook_deliveries',
  {
    accountId: accountIdColumn().notNull(),
    id: webhookDeliveryIdColumn().notNull(),
    endpointId: webhookEndpointIdColumn().notNull(),
    name: text().$type<WebhookName | 'test'>().notNull(),
    /** Of the event; null for a test and for an alarm. */
    verificationId: verificationIdColumn(),
    version: integer(),
    /** What is told of an alarm, which is no event that it could be written from. */
    alarm: jsonb().$type<AlarmData>(),
    status: text().$type<DeliveryStatus>().notNull(),
    attempts: smallint().notNull(),
    /** null: nothing is left to do. */
    dueAt: moment(),
    /** What its attempts came to, oldest first. */
    log: jsonb().$type<AttemptRecord[]>().notNull(),
    createdAt: moment().notNull(),
    settledAt: moment(),
    /** For how long it is kept: that and its time say in which partition it is. */
    days: smallint().notNull().default(90),
  },
  (t) => [
    // Of each partition, not of the table: see retention/README.md.
    primaryKey({ columns: [t.accountId, t.id] }),
    // Without the account, for the reason given in messages/table.ts.
    index('webhook_deliveries_endpoint').on(t.endpointId, t.id),
    index('webhook_deliveries_due')
      .on(t.endpointId, t.dueAt)
      .where(sql`${t.dueAt} is not null`),
  ],
);

export type WebhookEndpointRow = typeof webhookEndpoints.$inferSelect;
export type WebhookDeliveryRow = typeof webhookDeliveries.$inferSelect;

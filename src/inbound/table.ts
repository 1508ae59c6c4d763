import { sql } from 'drizzle-orm';
import {
  boolean,
  char,
  foreignKey,
  index,
  jsonb,
  primaryKey,
  smallint,
  snakeCase,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { carriers } from '../carriers/table.ts';
import {
  accountIdColumn,
  bytes,
  carrierIdColumn,
  inboundMessageIdColumn,
  inboundNumberIdColumn,
  moment,
  serviceIdColumn,
  transactionId,
  verificationIdColumn,
} from '../db/columns.ts';
import { vault } from '../vault/table.ts';

/** What a message from a handset is for. */
export type InboundKind = 'message' | 'opt_out' | 'opt_in' | 'help' | 'verification';

/** Our numbers that people can text. */
export const inboundNumbers = snakeCase.table(
  'inbound_numbers',
  {
    accountId: accountIdColumn().notNull(),
    id: inboundNumberIdColumn().notNull(),
    carrierId: carrierIdColumn().notNull(),
    /** E.164 with `+`, or a short code. */
    number: text().notNull(),
    /** Where it can be texted from: ISO 3166-1 alpha-2. */
    country: char({ length: 2 }).notNull(),
    /** Null: it serves all services of the account. */
    serviceId: serviceIdColumn(),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    foreignKey({
      name: 'inbound_numbers_carrier',
      columns: [t.accountId, t.carrierId],
      foreignColumns: [carriers.accountId, carriers.id],
    }),
    unique('inbound_numbers_number').on(t.accountId, t.carrierId, t.number),
  ],
);

/** Messages from handsets, without the codes that were in them. */
export const inboundMessages = vault.table(
  'inbound_messages',
  {
    accountId: accountIdColumn().notNull(),
    id: inboundMessageIdColumn().notNull(),
    carrierId: carrierIdColumn().notNull(),
    /** Null when the number is not one of a service. */
    serviceId: serviceIdColumn(),
    kind: text().$type<InboundKind>().notNull(),
    /** Which of our numbers was texted: E.164 with `+`, or a short code. */
    ourNumber: text().notNull(),
    /** Blind index of the sender's number, as in `destinations`; null when it is no number. */
    sender: bytes(),
    fromSealed: bytes().notNull(),
    textSealed: bytes().notNull(),
    /** The verification that it was checked against. */
    verificationId: verificationIdColumn(),
    receivedAt: moment().notNull(),
    /** The writing transaction: the stream reads only below the oldest one still running. */
    transaction: transactionId()
      .notNull()
      .default(sql`pg_current_xact_id()`),
    /** For how long it is kept: that and its time say in which partition it is. */
    days: smallint().notNull().default(30),
  },
  (t) => [
    // Of each partition, not of the table: see retention/README.md.
    primaryKey({ columns: [t.accountId, t.id] }),
    index('inbound_messages_order').on(t.accountId, t.transaction, t.id),
    // What somebody has texted, to be exported or erased.
    index('inbound_messages_sender').on(t.sender),
  ],
);

/**
 * What has arrived lately: it tells a carrier's redelivery from a new message, and holds the parts of a
 * long one until they are all there.
 */
export const inboundArrivals = vault.table(
  'inbound_arrivals',
  {
    accountId: accountIdColumn().notNull(),
    /** Keyed hash of what makes a message the same one (16 bytes). */
    arrival: bytes().notNull(),
    /** Keyed hash of carrier, sender and number: only the last text of a conversation can be a redelivery. */
    conversation: bytes().notNull(),
    carrierId: carrierIdColumn().notNull(),
    /** Parts in all. */
    total: smallint().notNull(),
    /** By number, from 1: `{ from, to, text }` sealed, in base64. Empty once it is done. */
    parts: jsonb().$type<Record<string, string>>().notNull(),
    /** Keyed hashes of the parts' texts, in base64: a phone may use a reference again. */
    marks: jsonb().$type<Record<string, string>>().notNull(),
    /** Its message is stored. */
    done: boolean().notNull(),
    receivedAt: moment().notNull(),
    /** Until when it is remembered, or waits for its last part. */
    expiresAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.arrival] }),
    index('inbound_arrivals_conversation').on(t.conversation),
    index('inbound_arrivals_expiry').on(t.expiresAt),
    index('inbound_arrivals_waiting')
      .on(t.expiresAt)
      .where(sql`not ${t.done}`),
  ],
);

export type InboundNumberRow = typeof inboundNumbers.$inferSelect;
export type InboundMessageRow = typeof inboundMessages.$inferSelect;

import { boolean, index, jsonb, primaryKey, snakeCase, text } from 'drizzle-orm/pg-core';
import { accounts } from '../accounts/table.ts';
import { accountIdColumn, bytes, carrierIdColumn, moment } from '../db/columns.ts';
import type { CarrierConfig } from './config.ts';
import type { MessageIdForm } from './smpp/message-id.ts';
import type { Sla } from './sla.ts';

export const carriers = snakeCase.table(
  'carriers',
  {
    accountId: accountIdColumn()
      .notNull()
      .references(() => accounts.id),
    id: carrierIdColumn().notNull(),
    name: text().notNull(),
    config: jsonb().$type<CarrierConfig>().notNull(),
    /** What the configuration names but must not show, sealed together. */
    secretsSealed: bytes().notNull(),
    /** Where its messages leave, e.g. `EU`; null = not known. */
    region: text(),
    /** `check`: what its senders may be is looked up in the rules of each country. */
    senderRules: text().$type<'check' | 'off'>().notNull().default('check'),
    /** Which form of ids in receipts a worker has found out; null = none yet, and after every change of `config`. */
    receiptIdForm: text().$type<MessageIdForm>(),
    /** Ids that an HTTP carrier gave to messages for several numbers; none after every change of `config`. */
    repeatedIds: text().array().notNull().default([]),
    /** What it promises; null = nothing. */
    sla: jsonb().$type<Sla>(),
    enabled: boolean().notNull().default(true),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    // A callback names its carrier and no account.
    index().on(t.id),
  ],
);

export type CarrierRow = typeof carriers.$inferSelect;

import { sql } from 'drizzle-orm';
import { bigint, index, integer, jsonb, primaryKey, snakeCase, text, uuid } from 'drizzle-orm/pg-core';
import { accountIdColumn, auditEntryIdColumn, bytes, moment } from '../db/columns.ts';
import type { AuditAction } from './actions.ts';
import type { Actor } from './actor.ts';
import type { Details, EntryKind, Outcome } from './entry.ts';

/** Who did what to what from where. Rows are added and never changed; a trigger refuses anything else. */
export const auditEntries = snakeCase.table(
  'audit_entries',
  {
    accountId: accountIdColumn().notNull(),
    id: auditEntryIdColumn().notNull(),
    occurredAt: moment().notNull(),
    kind: text().$type<EntryKind>().notNull(),
    actorKind: text().$type<Actor['kind']>().notNull(),
    actorId: text(),
    actorSession: text(),
    address: text(),
    action: text().$type<AuditAction>().notNull(),
    outcome: text().$type<Outcome>().notNull(),
    count: integer().notNull(),
    /** Without their prefix, which is that of the action's targets. */
    targets: uuid().array().notNull(),
    details: jsonb().$type<Details>(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    index('audit_entries_actor').on(t.accountId, t.actorId, t.id),
    index('audit_entries_action')
      .on(t.accountId, t.action, t.id)
      .where(sql`${t.kind} <> 'traffic'`),
    // What was done to a verification within its life is found by its time.
    index('audit_entries_targets')
      .using('gin', t.targets)
      .where(sql`${t.kind} <> 'traffic'`),
  ],
);

/**
 * Entries that no block of the chain has yet: written with them, and taken away by the sealer. A queue, so that
 * what is late to commit is sealed late and never left out.
 */
export const auditUnsealed = snakeCase.table('audit_unsealed', {
  // Does not lead with the account: the sealer takes the oldest of all accounts.
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  accountId: accountIdColumn().notNull(),
  entryIds: uuid().array().notNull(),
  /** Their hashes, 32 bytes each, in the same order. */
  hashes: bytes().notNull(),
});

/**
 * The chain of an account: entries in the order in which they were sealed, numbered without a hole. Added to by
 * the sealer and never changed; a trigger refuses anything else.
 */
export const auditBlocks = snakeCase.table(
  'audit_blocks',
  {
    accountId: accountIdColumn().notNull(),
    /** Of its first entry; the first one of all is 1. */
    firstSeq: bigint({ mode: 'number' }).notNull(),
    /** The chain hash of the entry before. */
    previousHash: bytes().notNull(),
    entryIds: uuid().array().notNull(),
    /** 32 bytes of each entry, in the same order: its hash as it was when it was written. */
    hashes: bytes().notNull(),
    /** 32 bytes of each entry: SHA-256 of the chain hash before it and its own hash. */
    chainHashes: bytes().notNull(),
    /** Not before that of the block before, nor before its entries. */
    sealedAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.firstSeq] })],
);

export type AuditEntryRow = typeof auditEntries.$inferSelect;

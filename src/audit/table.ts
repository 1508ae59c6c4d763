import { sql } from 'drizzle-orm';
import {
  bigint,
  index,
  integer,
  jsonb,
  primaryKey,
  smallint,
  snakeCase,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import {
  accountIdColumn,
  auditCheckpointIdColumn,
  auditEntryIdColumn,
  bytes,
  moment,
  signingKeyIdColumn,
} from '../db/columns.ts';
import type { Mode } from '../accounts/mode.ts';
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
    /** Of the API key that did it; null of all others, and of rows from before it was noted. */
    mode: text().$type<Mode>(),
    /** For how long it is kept: with the time in its id that says in which partition it is. */
    days: smallint().notNull().default(1_095),
  },
  (t) => [
    // Of each partition, not of the table: see retention/README.md.
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

/** What a chain was at some time, signed; never changed, a trigger refuses it. */
export const auditCheckpoints = snakeCase.table(
  'audit_checkpoints',
  {
    accountId: accountIdColumn().notNull(),
    id: auditCheckpointIdColumn().notNull(),
    /** Of the last entry that it knows of. */
    seq: bigint({ mode: 'number' }).notNull(),
    chainHash: bytes().notNull(),
    madeAt: moment().notNull(),
    keyId: signingKeyIdColumn().notNull(),
    /** A JWS in its compact form, which says all of the above. */
    signature: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.id] }),
    uniqueIndex('audit_checkpoints_seq').on(t.accountId, t.seq),
  ],
);

/**
 * That entries went when their time was over, signed; one row for each partition that had any of an account. Never
 * changed, a trigger refuses it.
 */
export const auditCuts = snakeCase.table(
  'audit_cuts',
  {
    accountId: accountIdColumn().notNull(),
    /** For how many days they were kept. */
    days: smallint().notNull(),
    /** They were made before it. */
    until: moment().notNull(),
    keyId: signingKeyIdColumn().notNull(),
    /** A JWS in its compact form, which says all of it, and which entries. */
    signature: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.days, t.until] })],
);

/** The keys that sign checkpoints and cuts, of the installation. All are kept: what they have signed is verified by them. */
export const auditKeys = snakeCase.table(
  'audit_keys',
  {
    /** Always the installation. */
    accountId: accountIdColumn().notNull(),
    /** The `kid`. */
    id: signingKeyIdColumn().notNull(),
    /** A private JWK. The public key is a part of it, so that nobody puts another one beside it. */
    privateKeySealed: bytes().notNull(),
    createdAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.id] })],
);

export type AuditCheckpointRow = typeof auditCheckpoints.$inferSelect;
export type AuditCutRow = typeof auditCuts.$inferSelect;
export type AuditEntryRow = typeof auditEntries.$inferSelect;

import { and, asc, desc, eq, gt, gte, lte } from 'drizzle-orm';
import type { DbTransaction } from '../../db/client.ts';
import type { AccountId } from '../../ids.ts';
import type { Checkpoint } from '../checkpoint.ts';
import { verifyCheckpoint, type CheckpointVerifiers } from '../checkpoint-keys.ts';
import type { KnownHead, Tampering } from '../inspect.ts';
import { auditCheckpoints, type AuditCheckpointRow } from '../table.ts';

/** What is known of chains by signatures. */
export interface Evidence {
  keys: CheckpointVerifiers;
  /** Checkpoints that were kept elsewhere, already verified. */
  kept: readonly Checkpoint[];
}

export interface Known {
  /** In the order of the chain. */
  heads: KnownHead[];
  /** A checkpoint that nobody of us has signed. */
  forged: Tampering | undefined;
}

/** What is known of a part of a chain, by checkpoints of the database and by those that were kept elsewhere. */
export async function knownBetween(
  tx: DbTransaction,
  accountId: AccountId,
  { keys, kept }: Evidence,
  from: number,
  to: number,
): Promise<Known> {
  const rows = await tx
    .select()
    .from(auditCheckpoints)
    .where(
      and(
        eq(auditCheckpoints.accountId, accountId),
        gte(auditCheckpoints.seq, from),
        lte(auditCheckpoints.seq, to),
      ),
    )
    .orderBy(asc(auditCheckpoints.seq));
  const elsewhere = ofAccount(kept, accountId).filter(({ seq }) => seq >= from && seq <= to);
  return weigh(keys, rows, elsewhere);
}

/** The last thing of all that is known from behind a place. */
export async function knownBehind(
  tx: DbTransaction,
  accountId: AccountId,
  { keys, kept }: Evidence,
  seq: number,
): Promise<Known> {
  const { seq: column } = auditCheckpoints;
  const rows = await tx
    .select()
    .from(auditCheckpoints)
    .where(and(eq(auditCheckpoints.accountId, accountId), gt(column, seq)))
    .orderBy(desc(column))
    .limit(1);
  const elsewhere = ofAccount(kept, accountId).filter((one) => one.seq > seq);
  return weigh(keys, rows, elsewhere.slice(-1));
}

function ofAccount(kept: readonly Checkpoint[], accountId: AccountId): Checkpoint[] {
  return kept.filter((one) => one.accountId === accountId).sort((a, b) => a.seq - b.seq);
}

async function weigh(
  keys: CheckpointVerifiers,
  rows: readonly AuditCheckpointRow[],
  elsewhere: readonly Checkpoint[],
): Promise<Known> {
  const said = await Promise.all(rows.map(({ signature }) => verifyCheckpoint(keys, signature)));
  const heads = [...elsewhere];
  let forged: Tampering | undefined;
  for (const [i, row] of rows.entries()) {
    const checkpoint = said[i];
    if (checkpoint && isSame(checkpoint, row)) heads.push(checkpoint);
    else
      forged ??= {
        ...{ kind: 'forged', seq: row.seq, entryId: undefined },
        about: `Its checkpoint ${row.id} is not what one of our keys has signed.`,
      };
  }
  return { heads: heads.sort((a, b) => a.seq - b.seq), forged };
}

function isSame({ accountId, seq, chainHash }: Checkpoint, row: AuditCheckpointRow): boolean {
  return accountId === row.accountId && seq === row.seq && chainHash.equals(row.chainHash);
}

import { ADVISORY_LOCKS } from '../db/advisory-locks.ts';
import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { transaction } from '../db/transaction.ts';
import { idFromUuid, uuidOf, type AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { EMPTY_CHAIN, hashAt, makeBlocks, type Block, type ChainHead, type Sealed } from './chain.ts';

/** How often it is looked whether something is to be sealed. */
export const SEAL_MS = 500;

/** Transactions that wrote entries, sealed in one turn. */
const ROWS_PER_TURN = 1_000;

const TAKE = `
  SELECT id, account_id, entry_ids, hashes FROM audit_unsealed ORDER BY id LIMIT ${ROWS_PER_TURN}`;

/** The last block is the end; or the last checkpoint, when there are no blocks left of what it knows of. */
const HEADS = `
  SELECT b.* FROM unnest($1::uuid[]) AS n (account_id), LATERAL (
    (SELECT account_id, first_seq + cardinality(entry_ids) - 1 AS seq, substring(chain_hashes FROM
       octet_length(chain_hashes) - 31) AS chain_hash, sealed_at
     FROM audit_blocks WHERE account_id = n.account_id ORDER BY first_seq DESC LIMIT 1)
    UNION ALL
    (SELECT account_id, seq, chain_hash, made_at FROM audit_checkpoints
     WHERE account_id = n.account_id ORDER BY seq DESC LIMIT 1)
    ORDER BY seq DESC LIMIT 1) b`;

interface Waiting {
  id: string;
  account_id: string;
  entry_ids: string[];
  hashes: Buffer;
}

const BLOCKS = rowset<Block & { accountId: AccountId }>({
  account_id: ['uuid', (b) => b.accountId],
  first_seq: ['bigint', (b) => b.firstSeq],
  previous_hash: ['bytea', (b) => b.previousHash],
  entry_ids: ['text', (b) => `{${b.entryIds.map(uuidOf).join()}}`],
  hashes: ['bytea', (b) => b.hashes],
  chain_hashes: ['bytea', (b) => b.chainHashes],
  sealed_at: ['timestamptz', (b) => new Date(b.sealedAt)],
});

const INSERT = `
  INSERT INTO audit_blocks (${BLOCKS.names})
  SELECT ${BLOCKS.names.replace('entry_ids', 'entry_ids::uuid[]')} FROM ${BLOCKS.from}`;

/**
 * Puts what was written since the last turn behind its account's chain. What to seal is a queue whose rows come
 * with the transactions that write entries: one that commits late is found late, and sealed behind those that
 * were quicker. So no entry is left out, and none waits for another transaction.
 * @param wait for another process that is sealing, instead of leaving it to it
 * @returns whether there is more to seal
 */
export async function sealEntries(app: App, { wait = false } = {}): Promise<boolean> {
  return transaction(
    app.lanes,
    (tx) => readWaiting(tx, wait),
    async (tx, { waiting, heads }) => {
      if (waiting.length === 0) return false;
      const now = app.clock();
      const blocks = [...Map.groupBy(waiting, ({ account_id }) => account_id)].flatMap(([uuid, rows]) =>
        makeBlocks(heads.get(uuid) ?? EMPTY_CHAIN, rows.flatMap(sealedOf), now).map((block) => ({
          accountId: idFromUuid('acc', uuid),
          ...block,
        })),
      );
      const ids = `{${waiting.map(({ id }) => id).join()}}`;
      await Promise.all([
        runBatch(tx, INSERT, BLOCKS, blocks),
        tx
          .unsafe('DELETE FROM audit_unsealed WHERE id = ANY ($1::bigint[])', [ids], { prepare: true })
          .execute(),
      ]);
      return waiting.length === ROWS_PER_TURN;
    },
  );
}

/** Seals all that is written by now. */
export async function sealAll(app: App): Promise<void> {
  while (await sealEntries(app, { wait: true }));
}

async function readWaiting(tx: Tx, wait: boolean) {
  const lock = wait
    ? `SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.auditSealing}) IS NOT NULL AS locked`
    : `SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCKS.auditSealing}) AS locked`;
  const [[locked], found] = await Promise.all([
    tx.unsafe<{ locked: boolean }[]>(lock, [], { prepare: true }).execute(),
    // Sees what the sealer before has done: each statement looks anew, and this one after the lock.
    tx.unsafe<Waiting[]>(TAKE, [], { prepare: true }).execute(),
  ]);
  const waiting = locked!.locked ? found : [];
  return {
    waiting,
    heads: waiting.length === 0 ? new Map<string, ChainHead>() : await readHeads(tx, waiting),
  };
}

async function readHeads(tx: Tx, waiting: readonly Waiting[]): Promise<Map<string, ChainHead>> {
  const accounts = `{${[...new Set(waiting.map(({ account_id }) => account_id))].join()}}`;
  const rows = await tx
    .unsafe<{ account_id: string; seq: string; chain_hash: Buffer; sealed_at: Date }[]>(HEADS, [accounts], {
      prepare: true,
    })
    .execute();
  return new Map(
    rows.map((row) => [
      row.account_id,
      { seq: Number(row.seq), chainHash: row.chain_hash, sealedAt: row.sealed_at.getTime() },
    ]),
  );
}

function sealedOf({ entry_ids, hashes }: Waiting): Sealed[] {
  return entry_ids.map((uuid, i) => ({ id: idFromUuid('aud', uuid), hash: hashAt(hashes, i) }));
}

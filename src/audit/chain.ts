import { createHash } from 'node:crypto';
import type { AuditEntryId } from '../ids.ts';

/** Octets of a hash: SHA-256. */
export const HASH_OCTETS = 32;
/** Entries of one block: what is verified at a time. */
export const MAX_BLOCK_ENTRIES = 500;

/** An entry as the chain knows it. */
export interface Sealed {
  id: AuditEntryId;
  hash: Buffer;
}

/** Where a chain ends. */
export interface ChainHead {
  /** Of the last entry. */
  seq: number;
  chainHash: Buffer;
  /** Epoch milliseconds. */
  sealedAt: number;
}

/** Entries that were sealed together, and how they follow the ones before them. */
export interface Block {
  firstSeq: number;
  previousHash: Buffer;
  entryIds: readonly AuditEntryId[];
  /** One after the other, in the order of the ids. */
  hashes: Buffer;
  chainHashes: Buffer;
  sealedAt: number;
}

/** Of an account that has no entry yet. */
export const EMPTY_CHAIN: ChainHead = { seq: 0, chainHash: Buffer.alloc(HASH_OCTETS), sealedAt: 0 };

/** The chain hash of an entry. */
export function link(previousHash: Buffer, hash: Buffer): Buffer {
  return createHash('sha256').update(previousHash).update(hash).digest();
}

/** One of several hashes that stand one after the other; shorter when there are not so many. */
export function hashAt(hashes: Buffer, index: number): Buffer {
  return hashes.subarray(index * HASH_OCTETS, (index + 1) * HASH_OCTETS);
}

/** Epoch milliseconds at which a UUIDv7 was made. */
export function madeAt(id: AuditEntryId): number {
  return Number.parseInt(id.slice(id.indexOf('_') + 1).slice(0, 12), 16);
}

/** Puts entries behind a chain, in this order. */
export function makeBlocks(head: ChainHead, entries: readonly Sealed[], now: number): Block[] {
  const blocks: Block[] = [];
  let { seq, chainHash, sealedAt } = head;
  for (let i = 0; i < entries.length; i += MAX_BLOCK_ENTRIES) {
    const some = entries.slice(i, i + MAX_BLOCK_ENTRIES);
    const previousHash = chainHash;
    const chainHashes = some.map(({ hash }) => (chainHash = link(chainHash, hash)));
    // Of what is dropped by its time, blocks go with their entries or after them, and from the front.
    sealedAt = some.reduce((latest, { id }) => Math.max(latest, madeAt(id)), Math.max(sealedAt, now));
    blocks.push({
      firstSeq: seq + 1,
      previousHash,
      entryIds: some.map(({ id }) => id),
      hashes: Buffer.concat(some.map(({ hash }) => hash)),
      chainHashes: Buffer.concat(chainHashes),
      sealedAt,
    });
    seq += some.length;
  }
  return blocks;
}

/** Where a chain ends that goes on with a block; undefined when the block does not follow. */
export function follow(head: ChainHead, block: Block): ChainHead | undefined {
  if (block.firstSeq !== head.seq + 1 || !block.previousHash.equals(head.chainHash)) return undefined;
  let { chainHash } = head;
  for (let i = 0; i < block.entryIds.length; i++) {
    chainHash = link(chainHash, hashAt(block.hashes, i));
    if (!chainHash.equals(hashAt(block.chainHashes, i))) return undefined;
  }
  return headOf(block);
}

/** Where a chain ends whose last block this is. */
export function headOf({ firstSeq, entryIds, chainHashes, sealedAt }: Block): ChainHead {
  return {
    seq: firstSeq + entryIds.length - 1,
    chainHash: hashAt(chainHashes, entryIds.length - 1),
    sealedAt,
  };
}

import type { AuditEntryId } from '../ids.ts';
import { EMPTY_CHAIN, hashAt, HASH_OCTETS, headOf, link, type Block } from './chain.ts';
import { hashEntry, type AuditEntry } from './entry.ts';

/** What somebody did to a log. */
export interface Tampering {
  /** `unlinked`: an entry that neither is in the chain nor waits for it. `forged`: a checkpoint. */
  kind: 'edited' | 'deleted' | 'swapped' | 'cut' | 'unlinked' | 'forged';
  /** Of the first row that is not as it was; undefined where it has no place in the chain. */
  seq: number | undefined;
  entryId: AuditEntryId | undefined;
  /** A sentence. */
  about: string;
}

/** What a chain was at some time, by the word of somebody who signed it. */
export interface KnownHead {
  seq: number;
  chainHash: Buffer;
  /** Epoch milliseconds. */
  madeAt: number;
}

/** What is to be said of a chain that is whole. */
export interface Walk {
  lastSeq: number;
  /** Entries that were found and are what they were. */
  entries: number;
  /** Entries that went when their time was over. */
  gone: number;
}

/** Entries as they are now; undefined where one cannot be read. */
export type FoundEntries = ReadonlyMap<AuditEntryId, AuditEntry | undefined>;

/** Walks along a chain, block by block, in constant memory. */
export interface Inspector {
  /**
   * The next block, with the entries of its ids that were found, and what is known from outside of the places from
   * right before it to its end.
   */
  block(block: Block, found: FoundEntries, known: readonly KnownHead[]): void;
  /** No more blocks: what is known must not be longer. */
  end(known: readonly KnownHead[]): void;
  /** Something that was found elsewhere. */
  note(tampering: Tampering | undefined): void;
  readonly walk: Walk;
  readonly tampering: Tampering | undefined;
  /** That it has no use for more blocks. */
  readonly isSettled: boolean;
}

/** @param isCut whether the entry of a place went when its time was over, by the word of somebody who signed it */
export function createInspector(isCut: (seq: number) => boolean): Inspector {
  let tampering: Tampering | undefined;
  /** An entry that is not what it was, until the one is found that it is. */
  let stray: AuditEntry | undefined;
  let head = EMPTY_CHAIN;
  /** Up to here the chain is what somebody has signed. */
  let agreedSeq = 0;
  const walk = { lastSeq: 0, entries: 0, gone: 0 };

  function find(
    kind: Tampering['kind'],
    seq: number | undefined,
    entryId: AuditEntryId | undefined,
    about: string,
  ): void {
    tampering ??= { kind, seq, entryId, about };
  }

  function inspectPlace({ firstSeq, previousHash, entryIds, hashes, chainHashes }: Block): void {
    const [id] = entryIds;
    if (firstSeq > head.seq + 1 && head.seq === 0)
      find('cut', 1, undefined, `What was before seq ${firstSeq} is gone, with its links.`);
    else if (firstSeq > head.seq + 1)
      find('deleted', head.seq + 1, undefined, 'It and its link are gone from the middle of the chain.');
    else if (firstSeq < head.seq + 1)
      find('edited', firstSeq, id, 'Its link says a place that another entry has.');
    else if (!previousHash.equals(head.chainHash))
      find('edited', firstSeq, id, 'Its link does not say what was before it.');
    const octets = entryIds.length * HASH_OCTETS;
    if (entryIds.length === 0 || hashes.length !== octets || chainHashes.length !== octets)
      find('edited', firstSeq, id, 'The links of its block do not fit together.');
  }

  function inspectLinks(block: Block, found: FoundEntries): void {
    let previous = block.previousHash;
    for (const [i, id] of block.entryIds.entries()) {
      const seq = block.firstSeq + i;
      const hash = hashAt(block.hashes, i);
      inspectEntry(id, seq, hash, found);
      const chainHash = hashAt(block.chainHashes, i);
      if (!link(previous, hash).equals(chainHash)) {
        const isSwapped = block.entryIds.some((_, j) => {
          const after = link(previous, hashAt(block.hashes, j));
          return j > i && (after.equals(chainHash) || after.equals(hashAt(block.chainHashes, j)));
        });
        if (isSwapped) find('swapped', seq, id, 'Its place in the chain is that of a later entry.');
        else find('edited', seq, id, 'It does not follow from the entry before it.');
      }
      if (tampering) return;
      previous = chainHash;
    }
  }

  function inspectEntry(id: AuditEntryId, seq: number, hash: Buffer, found: FoundEntries): void {
    if (!found.has(id)) {
      if (isCut(seq)) walk.gone += 1;
      else find('deleted', seq, id, 'It is gone; its link is there.');
      return;
    }
    const entry = found.get(id);
    if (entry && hashEntry(entry).equals(hash)) walk.entries += 1;
    else if (!tampering) {
      find('edited', seq, id, 'It is not what it was when it was written.');
      stray = entry;
    }
  }

  /** The first of two that were swapped is known, and the second one has to be behind it. */
  function findOther({ firstSeq, entryIds, hashes }: Block): void {
    if (!stray) return;
    for (const [i, id] of entryIds.entries()) {
      if (!hashEntry({ ...stray, id }).equals(hashAt(hashes, i)) || firstSeq + i === tampering!.seq) continue;
      tampering = { ...tampering!, kind: 'swapped', about: `It is what ${id} (seq ${firstSeq + i}) was.` };
      stray = undefined;
      return;
    }
  }

  function compare(
    known: readonly KnownHead[],
    { firstSeq, previousHash, entryIds, chainHashes }: Block,
  ): void {
    for (const { seq, chainHash } of known) {
      const index = seq - firstSeq;
      const now = index === -1 ? previousHash : hashAt(chainHashes, index);
      if (now.equals(chainHash)) {
        agreedSeq = seq;
        continue;
      }
      const first = agreedSeq + 1;
      const id = entryIds[first - firstSeq];
      find('edited', first, id, `It or one up to seq ${seq}: a checkpoint says another chain hash there.`);
    }
  }

  return {
    block(block, found, known) {
      if (!tampering) {
        inspectPlace(block);
        if (!tampering) inspectLinks(block, found);
        if (!tampering) compare(known, block);
        head = headOf(block);
        walk.lastSeq = head.seq;
      }
      findOther(block);
    },
    end(known) {
      for (const { seq } of known)
        if (seq > head.seq)
          find(
            'cut',
            head.seq + 1,
            undefined,
            `A checkpoint says that there were ${seq}: the end is cut off.`,
          );
    },
    note(found) {
      if (found) tampering ??= found;
    },
    walk,
    get tampering() {
      return tampering;
    },
    get isSettled() {
      return tampering !== undefined && stray === undefined;
    },
  };
}

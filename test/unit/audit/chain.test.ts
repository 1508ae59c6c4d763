import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMPTY_CHAIN, hashAt, headOf, makeBlocks, type Block } from '../../../src/audit/chain.ts';
import { decodeCut, encodeCut, isCutBy, rangesOf } from '../../../src/audit/cut.ts';
import { hashEntry, type AuditEntry } from '../../../src/audit/entry.ts';
import { createInspector, type KnownHead, type Tampering } from '../../../src/audit/inspect.ts';
import type { AuditEntryId } from '../../../src/ids.ts';
import { anEntry } from '../../support/audit-arbitraries.ts';

/** A log as it lies in the tables. */
interface Log {
  blocks: Block[];
  entries: Map<AuditEntryId, AuditEntry>;
}

const newAccount = `acc_${'0'.repeat(31)}1` as const;
const NOW = Date.parse('2026-11-28T12:00:00Z');
const HASH = 32;

/** An account's entries, sealed in turns of so many. */
function aLog(min: number): fc.Arbitrary<Log> {
  const entries = fc.uniqueArray(anEntry(), { minLength: min, maxLength: 24, selector: ({ id }) => id });
  return fc.record({ entries, turns: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 24 }) }).map(seal);
}

function seal({ entries, turns }: { entries: AuditEntry[]; turns: number[] }): Log {
  const made = entries.map((entry, i): AuditEntry => ({ ...entry, id: idAt(NOW + i, entry.id) }));
  const blocks: Block[] = [];
  let head = EMPTY_CHAIN;
  for (let i = 0, turn = 0; i < made.length; i += turns[turn++]!) {
    const some = made.slice(i, i + turns[turn]!).map((entry) => ({ id: entry.id, hash: hashEntry(entry) }));
    blocks.push(...makeBlocks(head, some, NOW + 1_000));
    head = headOf(blocks.at(-1)!);
  }
  return { blocks, entries: new Map(made.map((entry) => [entry.id, entry])) };
}

const idAt = (ms: number, id: AuditEntryId): AuditEntryId =>
  `aud_${ms.toString(16).padStart(12, '0')}${id.slice(16)}`;

function inspect(
  { blocks, entries }: Log,
  known: readonly KnownHead[] = [],
  isCut: (seq: number) => boolean = () => false,
): Tampering | undefined {
  const inspector = createInspector(isCut);
  for (const block of blocks) {
    const last = block.firstSeq + block.entryIds.length - 1;
    const inside = known.filter(({ seq }) => seq <= last && seq >= block.firstSeq - 1);
    inspector.block(block, entries, inside);
  }
  inspector.end(known);
  return inspector.tampering;
}

const idsOf = ({ blocks }: Log) => blocks.flatMap(({ entryIds }) => entryIds);
const lastSeqOf = ({ blocks }: Log) => headOf(blocks.at(-1)!).seq;
const headAfter = ({ blocks }: Log, seq: number): KnownHead => {
  const block = blocks.find(({ firstSeq, entryIds }) => firstSeq + entryIds.length > seq)!;
  return { seq, chainHash: hashAt(block.chainHashes, seq - block.firstSeq), madeAt: NOW + 1_000 };
};
/** A place in a log. */
const seqIn = (log: Log, n: number) => 1 + (n % lastSeqOf(log));
const copy = ({ blocks, entries }: Log): Log => ({
  blocks: blocks.map((block) => ({
    ...block,
    entryIds: [...block.entryIds],
    hashes: Buffer.from(block.hashes),
    chainHashes: Buffer.from(block.chainHashes),
  })),
  entries: new Map(entries),
});
const blockOf = (log: Log, seq: number) => {
  const block = log.blocks.find(({ firstSeq, entryIds }) => firstSeq + entryIds.length > seq)!;
  return { block, index: seq - block.firstSeq };
};

test('a chain that nobody has touched is whole, however its entries were sealed', () => {
  fc.assert(
    fc.property(aLog(1), fc.nat(), (log, n) => {
      expect(inspect(log, [headAfter(log, seqIn(log, n))])).toBeUndefined();
      const ends = log.blocks.map((block) => headOf(block).seq);
      expect(ends.at(-1)).toBe(log.entries.size);
    }),
  );
});

test('any entry that is edited is named', () => {
  fc.assert(
    fc.property(aLog(1), fc.nat(), anEntry(), fc.nat(), (log, n, other, which) => {
      const seq = seqIn(log, n);
      const id = idsOf(log)[seq - 1]!;
      const entry = log.entries.get(id)!;
      const names = (Object.keys(entry) as (keyof AuditEntry)[]).filter((name) => name !== 'id');
      const name = names[which % names.length]!;
      const edited = { ...entry, [name]: other[name] };
      fc.pre(!hashEntry(edited).equals(hashEntry(entry)));
      const tampered = copy(log);
      tampered.entries.set(id, edited);
      expect(inspect(tampered)).toMatchObject({ kind: 'edited', seq, entryId: id });
    }),
    { numRuns: 150 },
  );
});

test('any entry that is deleted is named, with its link or without', () => {
  fc.assert(
    fc.property(aLog(2), fc.nat(), fc.boolean(), (log, n, isLinkDeleted) => {
      const seq = seqIn(log, n);
      const id = idsOf(log)[seq - 1]!;
      const tampered = copy(log);
      tampered.entries.delete(id);
      if (!isLinkDeleted) {
        expect(inspect(tampered)).toMatchObject({ kind: 'deleted', seq, entryId: id });
        return;
      }
      const last = lastSeqOf(log);
      takeLinkOut(tampered, seq);
      // Of the chain's end nothing follows that would say so, but for a checkpoint.
      const tampering = inspect(tampered, seq === last ? [headAfter(log, last)] : []);
      if (seq === last) expect(tampering).toMatchObject({ kind: 'cut', seq });
      else expect(tampering).toMatchObject({ seq });
    }),
    { numRuns: 150 },
  );
});

function takeLinkOut(log: Log, seq: number): void {
  const { block, index } = blockOf(log, seq);
  const without = (hashes: Buffer) =>
    Buffer.concat([hashes.subarray(0, index * HASH), hashes.subarray((index + 1) * HASH)]);
  const entryIds = block.entryIds.filter((_, i) => i !== index);
  const { hashes, chainHashes } = block;
  Object.assign(block, { entryIds, hashes: without(hashes), chainHashes: without(chainHashes) });
  log.blocks = log.blocks.filter((one) => one.entryIds.length > 0);
}

test('of any two entries that are swapped the first one is named, in their rows or in the chain', () => {
  fc.assert(
    fc.property(aLog(2), fc.nat(), fc.nat(), fc.boolean(), (log, n, m, areLinks) => {
      const [first, second] = [seqIn(log, n), seqIn(log, m)].sort((a, b) => a - b) as [number, number];
      fc.pre(first < second);
      const ids = idsOf(log);
      const [one, other] = [ids[first - 1]!, ids[second - 1]!];
      const tampered = copy(log);
      if (areLinks) swapLinks(tampered, first, second);
      else {
        tampered.entries.set(one, { ...log.entries.get(other)!, id: one });
        tampered.entries.set(other, { ...log.entries.get(one)!, id: other });
        const isSame = hashEntry(tampered.entries.get(one)!).equals(hashEntry(log.entries.get(one)!));
        fc.pre(!isSame);
      }
      const tampering = inspect(tampered);
      expect(tampering).toMatchObject({ seq: first });
      if (!areLinks) expect(tampering!.kind).toBe('swapped');
    }),
    { numRuns: 150 },
  );
});

function swapLinks(log: Log, first: number, second: number): void {
  const [a, b] = [blockOf(log, first), blockOf(log, second)];
  const idA = a.block.entryIds[a.index]!;
  (a.block.entryIds as AuditEntryId[])[a.index] = b.block.entryIds[b.index]!;
  (b.block.entryIds as AuditEntryId[])[b.index] = idA;
  for (const name of ['hashes', 'chainHashes'] as const) {
    const hash = Buffer.from(hashAt(a.block[name], a.index));
    hashAt(b.block[name], b.index).copy(a.block[name], a.index * HASH);
    hash.copy(b.block[name], b.index * HASH);
  }
}

test('a block that is deleted is named by the first entry that was in it', () => {
  fc.assert(
    fc.property(aLog(4), fc.nat(), fc.boolean(), (log, n, areEntriesDeleted) => {
      fc.pre(log.blocks.length > 1);
      const tampered = copy(log);
      const [gone] = tampered.blocks.splice(n % log.blocks.length, 1) as [Block];
      if (areEntriesDeleted) for (const id of gone.entryIds) tampered.entries.delete(id);
      const isLast = gone.firstSeq > lastSeqOf(tampered);
      const known = isLast ? [headAfter(log, lastSeqOf(log))] : [];
      const kind = isLast || gone.firstSeq === 1 ? 'cut' : 'deleted';
      expect(inspect(tampered, known)).toMatchObject({ kind, seq: gone.firstSeq });
    }),
  );
});

test('a link that is edited is named', () => {
  fc.assert(
    fc.property(
      aLog(1),
      fc.nat(),
      fc.nat(HASH - 1),
      fc.constantFrom('hashes', 'chainHashes'),
      (log, n, octet, what) => {
        const seq = seqIn(log, n);
        const tampered = copy(log);
        const { block, index } = blockOf(tampered, seq);
        block[what as 'hashes'][index * HASH + octet]! ^= 1;
        expect(inspect(tampered)).toMatchObject({ kind: 'edited', seq });
      },
    ),
  );
});

test('an end that was cut off is found by a checkpoint, wherever it was cut', () => {
  fc.assert(
    fc.property(aLog(2), fc.nat(), (log, n) => {
      const last = lastSeqOf(log);
      const keep = n % last;
      const tampered = copy(log);
      for (let seq = last; seq > keep; seq--) {
        tampered.entries.delete(idsOf(log)[seq - 1]!);
        takeLinkOut(tampered, seq);
      }
      expect(inspect(tampered, [headAfter(log, last)])).toMatchObject({ kind: 'cut', seq: keep + 1 });
    }),
  );
});

test('a chain that was made anew from some entry on is found by the checkpoints of what it was', () => {
  fc.assert(
    fc.property(aLog(2), fc.nat(), fc.nat(), (log, n, m) => {
      const [from, until] = [seqIn(log, n), seqIn(log, m)].sort((a, b) => a - b) as [number, number];
      const ids = idsOf(log);
      const entries = ids.map((id, i) => {
        const entry = log.entries.get(id)!;
        return i === from - 1 ? { ...entry, count: entry.count === 1 ? 2 : 1 } : entry;
      });
      const tampered = seal({ entries, turns: entries.map(() => 3) });
      const before = from === 1 ? [] : [headAfter(log, from - 1)];
      const found = inspect(tampered, [...before, headAfter(log, until)]);
      expect(found).toMatchObject({ kind: 'edited', seq: from });
    }),
  );
});

test('a beginning whose links are gone was cut off, whatever checkpoints say of it', () => {
  fc.assert(
    fc.property(aLog(4), fc.nat(), (log, n) => {
      fc.pre(log.blocks.length > 1);
      const dropped = log.blocks.slice(0, 1 + (n % (log.blocks.length - 1)));
      const kept = { blocks: log.blocks.slice(dropped.length), entries: new Map(log.entries) };
      for (const { entryIds } of dropped) for (const id of entryIds) kept.entries.delete(id);
      const known = [headAfter(log, headOf(dropped.at(-1)!).seq)];
      for (const heads of [known, []])
        expect(inspect(kept, heads, () => true)).toMatchObject({ kind: 'cut', seq: 1 });
    }),
  );
});

test('entries that went when their time was over are no tampering, wherever they were; any other one that is gone is', () => {
  fc.assert(
    fc.property(aLog(4), fc.array(fc.nat(), { minLength: 1 }), fc.nat(), (log, cut, n) => {
      const gone = [...new Set(cut.map((one) => seqIn(log, one)))].sort((a, b) => a - b);
      const ids = idsOf(log);
      const entries = new Map(log.entries);
      for (const seq of gone) entries.delete(ids[seq - 1]!);
      const cutting = { ranges: rangesOf(gone), accountId: newAccount, days: 365, until: NOW, madeAt: NOW };
      const isCut = isCutBy([decodeCut(encodeCut(cutting, 'https://otp.example'))!]);
      const known = [headAfter(log, seqIn(log, n)), headAfter(log, lastSeqOf(log))];
      expect(inspect({ ...log, entries }, known, isCut)).toBeUndefined();
      expect(inspect({ ...log, entries })).toMatchObject({ kind: 'deleted', seq: gone[0] });
      const more = seqIn(log, n);
      fc.pre(!gone.includes(more));
      entries.delete(ids[more - 1]!);
      expect(inspect({ ...log, entries }, known, isCut)).toMatchObject({ kind: 'deleted', seq: more });
    }),
  );
});

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALL_ACTIONS, aboutAction } from '../../../src/audit/actions.ts';
import { encodeEntry, hashEntry, targetsAmong, type AuditEntry } from '../../../src/audit/entry.ts';
import { mergeActs, type DoneAct } from '../../../src/audit/traffic.ts';
import { newId } from '../../../src/crypto/new-id.ts';
import { ID_PREFIXES } from '../../../src/ids.ts';
import { anEntry } from '../../support/audit-arbitraries.ts';

const README = readFileSync(new URL('../../../src/audit/README.md', import.meta.url), 'utf8');

const EXAMPLE: AuditEntry = {
  accountId: 'acc_0198c5a1b2c37d4e8f00112233445566',
  id: 'aud_0198c5a1b2c47d4e8f00112233445566',
  occurredAt: new Date('2026-11-28T20:15:00Z'),
  kind: 'act',
  actor: {
    kind: 'apiKey',
    id: 'key_0198c5a1b2c57d4e8f00112233445566',
    session: null,
    address: '203.0.113.7',
  },
  action: 'route.update',
  outcome: 'ok',
  count: 1,
  targets: ['rte_0198c5a1b2c67d4e8f00112233445566'],
  details: { changed: ['price', 'priority'] },
};

describe('the encoding of an entry', () => {
  test('is the one of the worked example, and so is its hash', () => {
    const written = /```text\n(.*)\n```/.exec(README)![1]!;
    expect(encodeEntry(EXAMPLE)).toBe(written);
    expect(README).toContain(hashEntry(EXAMPLE).toString('hex'));
    // As anybody would do it with what is on the page.
    expect(README).toContain(createHash('sha256').update(written).digest('hex'));
  });

  test('has the mode as a member more, and none of an entry from before it was noted', () => {
    const written = encodeEntry(EXAMPLE);
    for (const mode of ['live', 'test'] as const)
      expect(encodeEntry({ ...EXAMPLE, mode })).toBe(`${written.slice(0, -1)},"${mode}"]`);
    expect(README).toContain(hashEntry({ ...EXAMPLE, mode: 'test' }).toString('hex'));
    expect(encodeEntry({ ...EXAMPLE, mode: undefined })).toBe(written);
  });

  test('is the same for the same entry, whatever the order of its details', () => {
    fc.assert(
      fc.property(anEntry(), (entry) => {
        const turned = entry.details && Object.fromEntries(Object.entries(entry.details).reverse());
        expect(encodeEntry({ ...entry, details: turned })).toBe(encodeEntry(entry));
      }),
    );
  });

  test('is another one as soon as anything is another', () => {
    fc.assert(
      fc.property(anEntry(), anEntry(), fc.nat(), (entry, other, which) => {
        const names = Object.keys(entry) as (keyof AuditEntry)[];
        const name = names[which % names.length]!;
        const changed = { ...entry, [name]: other[name] };
        const same = JSON.stringify(sorted(entry)) === JSON.stringify(sorted(changed));
        expect(encodeEntry(changed) === encodeEntry(entry)).toBe(same);
        expect(hashEntry(changed).equals(hashEntry(entry))).toBe(same);
      }),
      { numRuns: 500 },
    );
  });
});

const sorted = ({ details, ...entry }: AuditEntry) => ({
  ...entry,
  details: details && Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1)),
});

describe('actions', () => {
  test('have targets of a kind that there is, and a sentence', () => {
    for (const action of ALL_ACTIONS) {
      expect(action).toMatch(/^[a-z_]+\.[a-z_]+$/);
      expect(ID_PREFIXES).toContain(aboutAction(action).target);
      expect(aboutAction(action).about).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('take of what was asked for only what can be their targets', () => {
    const id = newId('rte');
    expect(targetsAmong('route.update', [id, id, `${id}0`, newId('car'), '+385911234567', ''])).toEqual([id]);
  });
});

test('acts of a batch become one entry for each caller, action and outcome, and none is lost', () => {
  const callers = [1, 2, 3].map((i) => ({
    kind: 'apiKey' as const,
    id: `key_${i}`,
    session: null,
    address: i === 1 ? null : '203.0.113.7',
  }));
  const anAct: fc.Arbitrary<DoneAct> = fc.record({
    accountId: fc.constantFrom('acc_1', 'acc_2'),
    actor: fc.constantFrom(...callers),
    action: fc.constantFrom('verification.start', 'verification.check'),
    outcome: fc.constantFrom('ok', 'verification/wrong_code'),
    target: fc.nat(1_000).map((n) => `vrf_${n}` as const),
  });
  fc.assert(
    fc.property(fc.array(anAct, { maxLength: 60 }), (acts) => {
      const entries = mergeActs(acts);
      const names = entries.map(({ accountId, actor, action, outcome }) =>
        JSON.stringify([accountId, actor, action, outcome]),
      );
      expect(new Set(names).size).toBe(names.length);
      for (const { count, targets } of entries) expect(targets).toHaveLength(count!);
      const unfolded = entries.flatMap(({ targets, count: _, ...act }) =>
        targets.map((target) => ({ ...act, target })),
      );
      const text = (list: readonly object[]) =>
        list.map((one) => JSON.stringify(Object.entries(one).sort())).sort();
      expect(text(unfolded)).toEqual(text(acts));
    }),
  );
});

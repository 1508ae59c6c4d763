import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newId } from '../../src/crypto/new-id.ts';
import { ID_PREFIXES, idFromUuid, parseId, uuidOf, type Id } from '../../src/ids.ts';

const UUID_V7 = /^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/;

describe('newId', () => {
  test('a hundred thousand made in a row are all different, and sort in the order they were made', () => {
    const ids = Array.from({ length: 100_000 }, () => newId('vrf'));
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });

  test('keeps the order when more are made than one millisecond has room for, or the clock goes back', () => {
    const now = Date.now() + 60_000;
    const ids = [
      ...Array.from({ length: 10_000 }, () => newId('msg', now)),
      newId('msg', now - 5_000),
      newId('msg', now),
      newId('msg', now + 1_000),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });

  test('follows a clock that was set back by more than a minute, so that its ids are not those of a time to come', () => {
    const now = Date.now() + 7_200_000;
    const timeOf = (id: Id<'msg'>) => Number.parseInt(uuidOf(id).slice(0, 12), 16);
    newId('msg', now);
    expect(timeOf(newId('msg', now - 60_000))).toBe(now);
    expect(timeOf(newId('msg', now - 60_001))).toBe(now - 60_001);
  });

  test('is a UUID of version 7 behind its prefix, with the time in its first 48 bits', () => {
    const now = Date.now() + 3_600_000;
    const id = newId('acc', now);
    expect(id.startsWith('acc_')).toBe(true);
    expect(uuidOf(id)).toMatch(UUID_V7);
    expect(Number.parseInt(uuidOf(id).slice(0, 12), 16)).toBe(now);
  });
});

describe('parseId', () => {
  const prefixes = fc.constantFrom(...ID_PREFIXES);

  test('takes an id of its kind, and of no other', () => {
    fc.assert(
      fc.property(prefixes, prefixes, (made, wanted) => {
        const id = newId(made);
        expect(parseId(wanted, id)).toBe(made === wanted ? id : undefined);
      }),
    );
  });

  test('any text is an id of the kind or nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^vrf_[0-9a-fA-F-]{30,36}$/)), (text) => {
        const id = parseId('vrf', text);
        if (id !== undefined) expect(id).toMatch(/^vrf_[0-9a-f]{32}$/);
      }),
    );
  });

  test.each([
    '',
    'vrf_',
    `vrf_${'0'.repeat(31)}`,
    `vrf_${'0'.repeat(32)}\n`,
    `vrf_${'A'.repeat(32)}`,
    `VRF_${'0'.repeat(32)}`,
  ])('refuses %j', (text) => expect(parseId('vrf', text)).toBeUndefined());

  test('an id comes back from the form in which Postgres prints it', () => {
    const id = newId('svc');
    const printed = uuidOf(id).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    expect(idFromUuid('svc', printed)).toBe(id);
  });
});

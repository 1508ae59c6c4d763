import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyDestroyed, UnknownKey } from '../../src/crypto/errors.ts';
import { createKeyMemory, INSTALLATION, type KeyMemory } from '../../src/crypto/key-memory.ts';
import { createKeyring } from '../../src/crypto/keyring.ts';
import { open, openOctets, seal, sealOctets } from '../../src/crypto/seal.ts';
import { withKeys } from '../../src/crypto/with-keys.ts';
import { fixedKeyring } from '../support/keyring.ts';

const keys = fixedKeyring();
const ACCOUNT = `acc_${'1'.repeat(32)}`;
const AT = { account: ACCOUNT, table: 'verifications', column: 'to', row: 'vrf_1' };

/** A keyring over a memory that the test fills. */
function emptyKeyring(learn: (memory: KeyMemory, account: string) => void = () => {}) {
  const memory = createKeyMemory();
  const learned: string[] = [];
  const ring = createKeyring(memory, {
    async learn(account) {
      learned.push(account);
      learn(memory, account);
    },
    refresh: () => Promise.resolve(),
  });
  return { memory, keys: ring, learned };
}

const dataKey = (account: string, number: number, isActive = true) => ({
  ...{ account, id: `D${number}`, isActive },
  secret: Buffer.alloc(32, number),
});

describe('a sealed value', () => {
  test('opens as it was, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(open(keys, seal(keys, text, AT), AT)).toBe(text);
      }),
    );
  });

  test('opens as it was, whatever the octets', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => {
        expect(openOctets(keys, sealOctets(keys, Buffer.from(octets), AT), AT)).toEqual(Buffer.from(octets));
      }),
    );
  });

  test('is never the same twice, and 31 octets longer than its text', () => {
    const sealed = Array.from({ length: 100 }, () => seal(keys, '+385911234567', AT));
    expect(new Set(sealed.map((one) => one.toString('hex'))).size).toBe(100);
    expect(new Set(sealed.map(({ length }) => length))).toEqual(new Set([13 + 31]));
  });

  test.each(['account', 'table', 'column', 'row'] as const)('does not open under another %s', (part) => {
    const sealed = seal(keys, 'secret', AT);
    expect(() => open(keys, sealed, { ...AT, [part]: 'other' })).toThrow();
  });

  test('does not open where only the borders between the parts of its place moved', () => {
    const sealed = seal(keys, 'secret', { account: 'ab', table: 'c', column: 'd', row: 'e' });
    expect(() => open(keys, sealed, { account: 'a', table: 'bc', column: 'd', row: 'e' })).toThrow();
  });

  test('does not open with any bit changed, nor cut short', () => {
    const sealed = seal(keys, 'secret', AT);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => open(keys, changed, AT)).toThrow();
    }
    for (let length = 0; length < sealed.length; length++)
      expect(() => open(keys, sealed.subarray(0, length), AT)).toThrow();
  });

  test('any bytes are refused with an error', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        (bytes) => void expect(() => open(keys, Buffer.from(bytes), AT)).toThrow(),
      ),
    );
  });

  test('of an account is sealed under its own key, and what has no account under that of the installation', () => {
    const { memory, keys } = emptyKeyring();
    memory.put(dataKey(ACCOUNT, 1));
    expect(open(keys, seal(keys, 'its own', AT), AT)).toBe('its own');
    const elsewhere = { ...AT, account: 'people' };
    expect(() => seal(keys, 'nobody’s', elsewhere)).toThrow(UnknownKey);
    memory.put(dataKey(INSTALLATION, 1));
    expect(open(keys, seal(keys, 'nobody’s', elsewhere), elsewhere)).toBe('nobody’s');
  });

  test('that an earlier version sealed under a root key opens for ever', () => {
    const upgraded = fixedKeyring({ installation: { D1: 'one', 'root-1': 'old' } });
    const sealed = Buffer.from(
      '06726f6f742d3196afed383fd363bb052f68ca053764b5ba99bfbc4f86387e73a164a3b4569d708aff070717aad5cfb2',
      'hex',
    );
    const at = { ...AT, account: 'acc_1' };
    expect(open(upgraded, sealed, at)).toBe('+385911234567');
    expect(() => open(upgraded, sealed, { ...at, row: 'vrf_2' })).toThrow();
    expect(() => open(keys, sealed, at)).toThrow(UnknownKey);
  });
});

describe('a rotation', () => {
  test('seals with the newest key as soon as it is active, and opens what older ones sealed', () => {
    const { memory, keys } = emptyKeyring();
    memory.put(dataKey(ACCOUNT, 1));
    const before = seal(keys, 'before', AT);
    memory.put(dataKey(ACCOUNT, 2, false));
    expect(seal(keys, '', AT)[2]).toBe(1);
    memory.setActive(ACCOUNT, 'D2', true);
    const after = seal(keys, 'after', AT);
    expect(after[2]).toBe(2);
    expect([open(keys, before, AT), open(keys, after, AT)]).toEqual(['before', 'after']);
  });

  test('the order in which keys become known does not matter', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (numbers) => {
        const { memory, keys } = emptyKeyring();
        for (const number of numbers) memory.put(dataKey(ACCOUNT, number));
        expect(seal(keys, '', AT).readUInt16BE(1)).toBe(Math.max(...numbers));
      }),
    );
  });

  test('a key that was destroyed opens nothing any more, and says so', () => {
    const { memory, keys } = emptyKeyring();
    memory.put(dataKey(ACCOUNT, 1));
    const sealed = seal(keys, 'gone', AT);
    memory.put(dataKey(ACCOUNT, 2));
    memory.destroy(ACCOUNT, 'D1');
    memory.put(dataKey(ACCOUNT, 1));
    expect(() => open(keys, sealed, AT)).toThrow(KeyDestroyed);
    expect(seal(keys, '', AT)[2]).toBe(2);
  });
});

describe('a key that another process has just made', () => {
  test('is learned when it is needed, and then nothing waits', async () => {
    const { keys, learned } = emptyKeyring((memory, account) => memory.put(dataKey(account, 1)));
    const sealed = await withKeys(keys, () => seal(keys, 'text', AT));
    expect(withKeys(keys, () => open(keys, sealed, AT))).toBe('text');
    expect(learned).toEqual([ACCOUNT]);
  });

  test('is learned for each account of a batch', async () => {
    const { keys, learned } = emptyKeyring((memory, account) => memory.put(dataKey(account, 1)));
    const accounts = ['a', 'b', 'c'].map((letter) => `acc_${letter.repeat(32)}`);
    await withKeys(keys, async () => accounts.map((account) => seal(keys, 'text', { ...AT, account })));
    expect(learned).toEqual(accounts);
  });

  test('is asked for once: what is not found is the error of whoever needs it', async () => {
    const { keys, learned } = emptyKeyring();
    await expect(withKeys(keys, () => seal(keys, 'text', AT))).rejects.toThrow(UnknownKey);
    expect(learned).toEqual([ACCOUNT]);
  });

  test('any other error stays what it is', async () => {
    const { keys, learned } = emptyKeyring();
    const boom = () => {
      throw new Error('boom');
    };
    await expect(withKeys(keys, boom)).rejects.toThrow('boom');
    expect(learned).toEqual([]);
  });
});

describe('a keyring', () => {
  test('has a key of its own for every purpose and id', () => {
    const ring = fixedKeyring({ installation: { D1: 'one', D2: 'two' } });
    const made = (['seal', 'code', 'inbound-code', 'client-token'] as const).flatMap((purpose) =>
      ['D1', 'D2'].map((id) => ring.key(purpose, id).export().toString('hex')),
    );
    expect(new Set(made).size).toBe(8);
    expect(made.every((hex) => hex.length === 64)).toBe(true);
    expect(ring.currentId).toBe('D2');
  });

  test('makes blind indexes that survive a rotation and an upgrade, and differ by purpose and input', () => {
    const index = keys.blindIndex('destination', 'acc_1', '+385911234567');
    expect(index.toString('hex')).toBe('0870223c42bd7dd6f5f2fed6a50f8541');
    const rotated = fixedKeyring({ installation: { D1: 'one', D2: 'two' } });
    expect(rotated.blindIndex('destination', 'acc_1', '+385911234567')).toEqual(index);
    const others = [
      keys.blindIndex('destination', 'acc_2', '+385911234567'),
      keys.blindIndex('destination', 'acc_1', '+385911234568'),
      keys.blindIndex('idempotency', 'acc_1', '+385911234567'),
      keys.blindIndex('destination', 'acc_1+', '385911234567'),
    ];
    for (const other of others) expect(other.equals(index)).toBe(false);
  });
});

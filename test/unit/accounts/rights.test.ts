import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ALL_PERMISSIONS,
  holds,
  TEST_PERMISSIONS,
  testPermissions,
  withImplied,
  type Permission,
} from '../../../src/accounts/permissions.ts';
import type { ApiKeyPrincipal } from '../../../src/accounts/principal.ts';
import { ALL_RIGHTS, beyond, readRights, type Rights } from '../../../src/accounts/rights.ts';
import { createNetworks, isWithin } from '../../../src/outgoing/networks.ts';

const NOW = Date.UTC(2026, 0, 1);

interface Network {
  version: 4 | 6;
  address: bigint;
  bits: number;
}

const v4 = fc.record({
  version: fc.constant(4 as const),
  address: fc.bigInt(0n, 2n ** 32n - 1n),
  bits: fc.integer({ min: 8, max: 32 }),
});
const v6 = fc.record({
  version: fc.constant(6 as const),
  address: fc.bigInt(0n, 2n ** 128n - 1n),
  bits: fc.integer({ min: 7, max: 128 }),
});
const networks: fc.Arbitrary<Network> = fc.oneof(v4, v6);
// Of few addresses, so that networks meet: the interesting ones differ near the end of a prefix.
const neighbours = networks.chain((network) => {
  const width = network.version === 4 ? 32 : 128;
  const flip = fc.integer({ min: 0, max: width - 1 }).map((bit) => network.address ^ (1n << BigInt(bit)));
  return fc.tuple(fc.constant(network), fc.oneof(flip, fc.constant(network.address)));
});

function write(version: 4 | 6, address: bigint): string {
  const part = version === 4 ? 8n : 16n;
  const count = version === 4 ? 4 : 8;
  const parts = Array.from(
    { length: count },
    (_, i) => (address >> (part * BigInt(count - 1 - i))) & ((1n << part) - 1n),
  );
  return version === 4 ? parts.join('.') : parts.map((group) => group.toString(16)).join(':');
}
const cidr = ({ version, address, bits }: Network) => `${write(version, address)}/${bits}`;
const prefixOf = ({ version, address }: Pick<Network, 'version' | 'address'>, bits: number) =>
  address >> BigInt((version === 4 ? 32 : 128) - bits);

describe('a network', () => {
  test('has the addresses that share its prefix, and no others', () => {
    fc.assert(
      fc.property(neighbours, ([network, address]) => {
        const { version, bits } = network;
        const inside = prefixOf(network, bits) === prefixOf({ version, address }, bits);
        expect(createNetworks([cidr(network)]).includes(write(version, address))).toBe(inside);
      }),
    );
  });

  test('is within another when its prefix is longer and begins with that one', () => {
    fc.assert(
      fc.property(neighbours, fc.nat(128), ([outer, address], more) => {
        const widest = outer.version === 4 ? 32 : 128;
        const inner = { ...outer, address, bits: Math.min(widest, Math.max(8, more)) };
        const within =
          inner.bits >= outer.bits && prefixOf(outer, outer.bits) === prefixOf(inner, outer.bits);
        expect(isWithin(cidr(inner), cidr(outer))).toBe(within);
      }),
    );
    expect(isWithin('10.0.0.1/32', '::ffff:a00:1/128')).toBe(false);
  });

  test('is read in CIDR form or as an address, and anything else is refused', () => {
    const read = (...texts: string[]) => readRights({ networks: texts }, ALL_RIGHTS, NOW).networks;
    expect(read('203.0.113.7', '2001:db8::1', '10.0.0.0/8')).toEqual([
      '203.0.113.7/32',
      '2001:db8::1/128',
      '10.0.0.0/8',
    ]);
    for (const text of [
      '',
      '/',
      '10.0.0.0/33',
      '10.0.0.0/7',
      '::/0',
      '10.0.0/8',
      'fe80::1%eth0',
      'localhost',
      '10.0.0.0/8/8',
    ])
      expect(() => read(text), text).toThrow(/A network is written/);
    expect(() => read()).toThrow(/1 to 50/);
    expect(() => read(...Array<string>(51).fill('10.0.0.1'))).toThrow(/1 to 50/);
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          createNetworks(read(text)!);
        } catch (error) {
          expect(error).toMatchObject({ code: 'input/invalid', field: 'networks' });
        }
      }),
    );
  });
});

describe('the rights of a key', () => {
  const keyWith = (rights: Rights): ApiKeyPrincipal => ({
    kind: 'apiKey',
    accountId: `acc_${'1'.repeat(32)}`,
    apiKeyId: `key_${'1'.repeat(32)}`,
    ...(rights.mode === 'test'
      ? { mode: 'test', permissions: testPermissions(rights.permissions) }
      : rights.permissions && { permissions: withImplied(rights.permissions) }),
    ...(rights.networks && { networks: rights.networks }),
    ...(rights.expiresAt && { expiresAt: rights.expiresAt }),
  });
  const orNull = <T>(some: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 4, arbitrary: some });
  const rightsOf = (mode: Rights['mode'], permissions: readonly Permission[]): fc.Arbitrary<Rights> =>
    fc.record({
      mode: fc.constant(mode),
      permissions: orNull(fc.subarray([...permissions], { minLength: 1 })),
      networks: orNull(
        fc.subarray(['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3/32', '2001:db8::/32', '2001:db8::1/128'], {
          minLength: 1,
        }),
      ),
      expiresAt: orNull(fc.integer({ min: NOW + 1, max: NOW + 1_000 }).map((time) => new Date(time))),
    });
  const rights = rightsOf('live', ALL_PERMISSIONS);
  const anyRights = fc.oneof(rights, rightsOf('test', TEST_PERMISSIONS));

  test('never grow from one key to the one that it makes', () => {
    fc.assert(
      fc.property(rights, anyRights, (own, given) => {
        const [who, made] = [keyWith(own), keyWith(given)];
        if (beyond(who, given)) return;
        for (const permission of ALL_PERMISSIONS)
          if (holds(made, permission)) expect(holds(who, permission)).toBe(true);
        for (const address of ['10.0.0.1', '10.1.0.1', '10.1.2.3', '192.0.2.1', '2001:db8::1', '2001:db8::2'])
          if (!made.networks || createNetworks(made.networks).includes(address))
            expect(!who.networks || createNetworks(who.networks).includes(address)).toBe(true);
        expect(made.expiresAt?.getTime() ?? Infinity).toBeLessThanOrEqual(
          who.expiresAt?.getTime() ?? Infinity,
        );
      }),
    );
  });

  test('can be given to another key as they are', () => {
    fc.assert(fc.property(rights, (own) => beyond(keyWith(own), own) === undefined));
    expect(beyond(keyWith({ ...ALL_RIGHTS, permissions: [...ALL_PERMISSIONS] }), ALL_RIGHTS)).toBe(
      'permissions',
    );
  });

  test('have an end to come, and at least one permission', () => {
    expect(() => readRights({ expiresAt: new Date(NOW) }, ALL_RIGHTS, NOW)).toThrow(/time to come/);
    expect(() => readRights({ permissions: [] }, ALL_RIGHTS, NOW)).toThrow(/at least one/);
    expect(
      readRights({ permissions: ['keys:manage', 'account:read', 'keys:manage'] }, ALL_RIGHTS, NOW)
        .permissions,
    ).toEqual(['account:read', 'keys:manage']);
  });

  test('of a test key are those to try things, and never more by any list', () => {
    const given = fc.subarray([...ALL_PERMISSIONS]);
    fc.assert(
      fc.property(fc.option(given), (permissions) => {
        for (const permission of testPermissions(permissions)) expect(TEST_PERMISSIONS).toContain(permission);
      }),
    );
    expect([...testPermissions(null)].toSorted()).toEqual([...TEST_PERMISSIONS].toSorted());
    const read = (...permissions: Permission[]) =>
      readRights({ permissions }, { ...ALL_RIGHTS, mode: 'test' }, NOW).permissions;
    expect(read('verifications:write')).toEqual(['verifications:write']);
    expect(() => read('verifications:read', 'routes:write')).toThrow(/test key cannot have routes:write/);
  });

  test('of a live key with all permissions are enough to give a test key all that it can have', () => {
    const all: Rights = { ...ALL_RIGHTS, mode: 'test' };
    expect(beyond(keyWith(ALL_RIGHTS), all)).toBeUndefined();
    expect(beyond(keyWith({ ...ALL_RIGHTS, permissions: ['keys:manage'] }), all)).toBe('permissions');
  });

  test('to write bring those to read', () => {
    expect([...withImplied(['services:write', 'keys:manage'])]).toEqual([
      'services:write',
      'services:read',
      'keys:manage',
    ]);
  });
});

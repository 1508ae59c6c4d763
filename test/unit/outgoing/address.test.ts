import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyAddress, embeddedAddress } from '../../../src/outgoing/address.ts';
import { createNetworks, isNetwork, refusalOf } from '../../../src/outgoing/networks.ts';

const none = createNetworks([]);
const octet = fc.nat(255);
const v4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
const group = fc.nat(0xffff);
const v6Groups = fc.array(group, { minLength: 8, maxLength: 8 });
const written = (groups: readonly number[]) => groups.map((g) => g.toString(16)).join(':');

/** An IPv4 address as a number, and whether it is in a network: arithmetic of its own to compare with. */
const numberOf = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const inside = (address: string, network: string) => {
  const [base, bits] = network.split('/') as [string, string];
  const size = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(address) / size) === Math.floor(numberOf(base) / size);
};
const NOT_PUBLIC = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3', '168.63.129.16/32'],
];

/** Addresses close to the edges of those networks, where mistakes live. */
const nearEdge = fc
  .tuple(fc.constantFrom(...NOT_PUBLIC), fc.integer({ min: -2, max: 2 }), fc.boolean())
  .map(([network, by, atEnd]) => {
    const [base, bits] = network.split('/') as [string, string];
    const at = numberOf(base) + (atEnd ? 2 ** (32 - Number(bits)) - 1 : 0) + by;
    const value = Math.min(2 ** 32 - 1, Math.max(0, at));
    return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
  });

describe('an address', () => {
  test('of IPv4 is public exactly when no special-purpose network has it', () => {
    fc.assert(
      fc.property(fc.oneof(v4, nearEdge), (address) => {
        const special = NOT_PUBLIC.some((network) => inside(address, network));
        expect(classifyAddress(address) === 'public').toBe(!special);
        expect(refusalOf(address, { own: none }) === undefined).toBe(!special);
      }),
      { numRuns: 3_000 },
    );
  });

  test('of IPv6 is public only inside 2000::/3', () => {
    fc.assert(
      fc.property(v6Groups, (groups) => {
        if (classifyAddress(written(groups)) === 'public') expect(groups[0]! >> 13).toBe(1);
      }),
    );
  });

  test('that embeds IPv4 is refused whatever it embeds, and tells what that is', () => {
    const prefixes = ['::ffff:', '64:ff9b::', '::ffff:0:', '::'];
    fc.assert(
      fc.property(fc.constantFrom(...prefixes), v4, (prefix, inner) => {
        const address = `${prefix}${inner}`;
        if (prefix === '::' && numberOf(inner) < 2) return;
        expect(classifyAddress(address)).toBe('embedded IPv4');
        expect(refusalOf(address, { own: none })).toBeDefined();
        expect(embeddedAddress(address)).toBe(inner);
      }),
    );
    expect(embeddedAddress('2002:7f00:1::')).toBe('127.0.0.1');
    expect(classifyAddress('64:ff9b:1:a9fe:a9:fe00::')).toBe('embedded IPv4');
    expect(embeddedAddress('64:ff9b:1:a9fe:a9:fe00::')).toBeUndefined();
    expect(embeddedAddress('2a00::1')).toBeUndefined();
    expect(embeddedAddress('127.0.0.1')).toBeUndefined();
  });

  test.each([
    ['8.8.8.8', 'public'],
    ['2a00:1450:4001:81b::200e', 'public'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['127.1.2.3', 'loopback'],
    ['::1', 'loopback'],
    ['172.31.255.255', 'private'],
    ['172.32.0.0', 'public'],
    ['100.127.255.255', 'carrier-grade NAT'],
    ['169.254.1.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'reserved'],
    ['fd12:3456::1', 'unique-local'],
    ['239.1.1.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['2001::1', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['5f00::1', 'reserved'],
    ['169.254.169.254', 'cloud metadata'],
    ['168.63.129.16', 'cloud metadata'],
    ['fd00:ec2::254', 'cloud metadata'],
    ['FD00:0EC2:0:0:0:0:0:0254', 'cloud metadata'],
    ['::ffff:169.254.169.254', 'embedded IPv4'],
    ['::ffff:a9fe:a9fe', 'embedded IPv4'],
    ['localhost', 'reserved'],
    ['127.1', 'reserved'],
    ['', 'reserved'],
  ])('%s is %s', (address, kind) => {
    expect(classifyAddress(address)).toBe(kind);
  });

  test('is judged without ever throwing, whatever the text', () => {
    fc.assert(fc.property(fc.string(), (text) => void refusalOf(text, { own: none })));
  });
});

describe('networks of our own', () => {
  const own = createNetworks(['127.0.0.1/32', '10.0.0.0/8', 'fd00::/8', '169.254.0.0/16', '64:ff9b::/96']);

  test('may be called, and nothing beside them', () => {
    expect(refusalOf('127.0.0.1', { own })).toBeUndefined();
    expect(refusalOf('10.255.0.1', { own })).toBeUndefined();
    expect(refusalOf('fd12::1', { own })).toBeUndefined();
    expect(refusalOf('8.8.8.8', { own })).toBeUndefined();
    expect(refusalOf('127.0.0.2', { own })).toMatch(/not public \(loopback\)/);
    expect(refusalOf('192.168.0.1', { own })).toMatch(/not public \(private\)/);
  });

  test('do not open their metadata services', () => {
    expect(refusalOf('169.254.169.254', { own })).toMatch(/metadata/);
    expect(refusalOf('fd00:ec2::254', { own })).toMatch(/metadata/);
  });

  test('with a NAT64 prefix lead where IPv4 may go, and nowhere else', () => {
    expect(refusalOf('64:ff9b::8.8.8.8', { own })).toBeUndefined();
    expect(refusalOf('64:ff9b::10.0.0.1', { own })).toBeUndefined();
    expect(refusalOf('64:ff9b::192.168.0.1', { own })).toMatch(/leads to 192\.168\.0\.1 is not public/);
    expect(refusalOf('64:ff9b::a9fe:a9fe', { own })).toMatch(/metadata/);
    const local = createNetworks(['64:ff9b:1::/48']);
    expect(refusalOf('64:ff9b:1:a9fe:a9:fe00::', { own: local })).toMatch(/cannot be told/);
  });

  test('do not let IPv4 in under its mapped name', () => {
    expect(refusalOf('::ffff:127.0.0.1', { own })).toMatch(/embedded IPv4/);
  });

  test('are all there is for what must not cross the public network', () => {
    expect(refusalOf('10.0.0.1', { own, onlyOwn: true })).toBeUndefined();
    expect(refusalOf('8.8.8.8', { own, onlyOwn: true })).toMatch(/not in OTPOST_PRIVATE_NETWORKS/);
  });

  test.each([
    '10.0.0.0',
    '10.0.0.0/33',
    '0.0.0.0/0',
    '10.0.0.0/7',
    '::/0',
    'fe80::%eth0/64',
    'lan/8',
    '10.0.0.0/8/8',
    '',
  ])('are not %j', (text) => {
    expect(isNetwork(text)).toBe(false);
    expect(() => createNetworks([text])).toThrow(JSON.stringify(text));
  });
});

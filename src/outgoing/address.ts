import { BlockList, isIP } from 'node:net';

/** What kind of place an address is; only `public` ones may be called without being asked. */
export type AddressKind =
  | 'public'
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'carrier-grade NAT'
  | 'link-local'
  | 'unique-local'
  | 'multicast'
  | 'cloud metadata'
  | 'embedded IPv4'
  | 'reserved';

// IANA's special-purpose registry of IPv4 (RFC 6890 and its updates); what is in no row is public.
const V4_KINDS = table('ipv4', [
  ['unspecified', '0.0.0.0/8'],
  ['loopback', '127.0.0.0/8'],
  ['private', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  ['carrier-grade NAT', '100.64.0.0/10'],
  ['link-local', '169.254.0.0/16'],
  ['multicast', '224.0.0.0/4'],
  // Protocol assignments, documentation, 6to4 relays, benchmarks, class E and broadcast.
  ['reserved', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15'],
  ['reserved', '198.51.100.0/24', '203.0.113.0/24', '240.0.0.0/4'],
]);

const V6_KINDS = table('ipv6', [
  ['unspecified', '::/128'],
  ['loopback', '::1/128'],
  // Mapped, translated (RFC 6052, RFC 8215) and 6to4: another way to write an IPv4 address.
  [
    'embedded IPv4',
    '::/96',
    '::ffff:0:0/96',
    '::ffff:0:0:0/96',
    '64:ff9b::/96',
    '64:ff9b:1::/48',
    '2002::/16',
  ],
  ['link-local', 'fe80::/10'],
  ['unique-local', 'fc00::/7'],
  ['multicast', 'ff00::/8'],
  // Protocol assignments with Teredo and ORCHID, documentation.
  ['reserved', '2001::/23', '2001:db8::/32', '3fff::/20'],
]);

// Of IPv6 nothing else is handed out to be reached (RFC 4291 §2.4).
const V6_GLOBAL = blockList('ipv6', ['2000::/3']);

/** What clouds tell a machine about itself, credentials among it: AWS, Azure, Google, Alibaba, Oracle. */
const METADATA_V4 = blockList('ipv4', [
  ...['169.254.169.254/32', '169.254.170.2/32', '169.254.170.23/32', '169.254.169.253/32'],
  ...['168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32'],
]);
const METADATA_V6 = blockList('ipv6', ['fd00:ec2::254/128', 'fd00:ec2::23/128', 'fd20:ce::254/128']);

/**
 * Says what an address is. Text that is no address, or has a zone (`fe80::1%eth0`), counts as reserved:
 * nothing good comes of it.
 */
export function classifyAddress(address: string): AddressKind {
  switch (isIP(address)) {
    case 4:
      return METADATA_V4.check(address) ? 'cloud metadata' : kindIn(V4_KINDS, address, 'ipv4', 'public');
    case 6: {
      if (address.includes('%')) return 'reserved';
      if (METADATA_V6.check(address, 'ipv6')) return 'cloud metadata';
      return kindIn(V6_KINDS, address, 'ipv6', V6_GLOBAL.check(address, 'ipv6') ? 'public' : 'reserved');
    }
    default:
      return 'reserved';
  }
}

/**
 * The IPv4 address that an IPv6 one of kind `embedded IPv4` leads to; `undefined` for other ones, and for
 * 64:ff9b:1::/48, where each network puts it somewhere else.
 */
export function embeddedAddress(address: string): string | undefined {
  if (isIP(address) !== 6 || classifyAddress(address) !== 'embedded IPv4') return undefined;
  const groups = groupsOf(address);
  if (groups[0] === 0x64 && groups[2] === 1) return undefined;
  // 6to4 has it behind its first 16 bits, all others at the end.
  const [high, low] = groups[0] === 0x2002 ? [groups[1]!, groups[2]!] : [groups[6]!, groups[7]!];
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** What one holder has of addresses: an IPv4 address, the /64 of an IPv6 one. For counting, not for calling. */
export function holderOf(address: string): string {
  return isIP(address) === 6 && !address.includes('%') ? groupsOf(address).slice(0, 4).join(':') : address;
}

/** The eight 16-bit groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const hex = address.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_all, a: string, b: string, c: string, d: string) =>
      [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  );
  const [head = '', tail] = hex.split('::');
  const read = (part: string) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const [before, after] = [read(head), tail === undefined ? [] : read(tail)];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

type Family = 'ipv4' | 'ipv6';
type Kinds = readonly (readonly [kind: AddressKind, list: BlockList])[];

function kindIn(kinds: Kinds, address: string, family: Family, otherwise: AddressKind): AddressKind {
  return kinds.find(([, list]) => list.check(address, family))?.[0] ?? otherwise;
}

function table(family: Family, rows: readonly (readonly [AddressKind, ...string[]])[]): Kinds {
  return rows.map(([kind, ...networks]) => [kind, blockList(family, networks)] as const);
}

function blockList(family: Family, networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address, bits] = network.split('/') as [string, string];
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}

import { BlockList, isIP } from 'node:net';
import { classifyAddress, embeddedAddress } from './address.ts';

/** The networks of the operator's own that may be called although they are not public. */
export interface Networks {
  includes(address: string): boolean;
}

// Wider than any network that one operator has: 10.0.0.0/8 and fc00::/7 are the widest private ones.
const WIDEST = { 4: 8, 6: 7 } as const;

/** Whether a text is a network in CIDR form, not wider than a private one can be. */
export function isNetwork(text: string): boolean {
  return readNetwork(text) !== undefined;
}

/** One port of some hosts, e.g. where the simulator is. */
export interface Place {
  hosts: readonly string[];
  port: number;
}

/** Whether all of a network is inside of another one. Both are in CIDR form. */
export function isWithin(inner: string, outer: string): boolean {
  const [small, wide] = [readNetwork(inner), readNetwork(outer)];
  if (!small || !wide || small.version !== wide.version || small.bits < wide.bits) return false;
  return createNetworks([outer]).includes(small.address);
}

/** @throws {Error} that names the entry which is no network */
export function createNetworks(cidrs: readonly string[]): Networks {
  const lists = { 4: new BlockList(), 6: new BlockList() };
  for (const cidr of cidrs) {
    const network = readNetwork(cidr);
    if (!network) throw new Error(`${JSON.stringify(cidr)} is not a network such as 10.20.0.0/16`);
    lists[network.version].addSubnet(network.address, network.bits, `ipv${network.version}`);
  }
  return {
    includes(address) {
      const version = isIP(address);
      // A list for each: one for both would also let IPv4 in under its mapped IPv6 name.
      if (version === 4) return lists[4].check(address, 'ipv4');
      return version === 6 && lists[6].check(address, 'ipv6');
    },
  };
}

export interface AddressRules {
  own: Networks;
  /** Refuse the rest of the world: for what must not cross it in the clear. */
  onlyOwn?: boolean;
}

/**
 * Why an address must not be called; `undefined` when it may be. Metadata services never may, also inside
 * of a network of the operator's own; an address that embeds IPv4 may when both its halves may.
 */
export function refusalOf(address: string, rules: AddressRules): string | undefined {
  const kind = classifyAddress(address);
  if (kind === 'cloud metadata') return `${address} is a cloud's metadata service`;
  const isOwn = rules.own.includes(address);
  if (isOwn && kind === 'embedded IPv4') {
    const inner = embeddedAddress(address);
    if (inner === undefined) return `${address} leads to an IPv4 address that cannot be told`;
    const refusal = refusalOf(inner, { own: rules.own });
    return refusal && `${address} leads to ${refusal}`;
  }
  if (isOwn) return undefined;
  if (kind !== 'public')
    return `${address} is not public (${kind}) and not in OTPOST_PRIVATE_NETWORKS, where networks of your own are named`;
  return rules.onlyOwn ? `${address} is not in OTPOST_PRIVATE_NETWORKS` : undefined;
}

/**
 * Why a host must not be called, as far as that is known without asking anybody: it is an address, in whatever
 * notation, or `localhost`. Undefined for a name: what it resolves to is judged when it is called.
 */
export function hostProblem(host: string, rules: AddressRules): string | undefined {
  const refusals = literalAddresses(host).map((address) => refusalOf(address, rules));
  return refusals.every((refusal) => refusal !== undefined) ? refusals[0] : undefined;
}

function literalAddresses(host: string): string[] {
  // As a URL has it every odd notation is gone (127.1, 0x7f000001), and a system's resolver reads them all the same.
  const inUrl = URL.parse(`http://${isIP(host) === 6 ? `[${host}]` : host}/`)?.hostname ?? host;
  const plain = inUrl.replace(/^\[|\]$/g, '');
  if (isIP(plain) !== 0) return [plain];
  // RFC 6761 §6.3: never anything else.
  return /^(?:.+\.)?localhost\.?$/i.test(plain) ? ['127.0.0.1', '::1'] : [];
}

function readNetwork(text: string): { version: 4 | 6; address: string; bits: number } | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes('%') || !/^\d{1,3}$/.test(prefix))
    return undefined;
  const bits = Number(prefix);
  const of = version === 4 ? 4 : 6;
  return bits >= WIDEST[of] && bits <= (of === 4 ? 32 : 128) ? { version: of, address, bits } : undefined;
}

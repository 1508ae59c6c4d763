import { isIP } from 'node:net';
import { createNetworks } from '../outgoing/networks.ts';

/** Which of the machines before us are believed when they say whom a request came from. */
export type ProxyTrust =
  | { by: 'nobody' }
  /** So many proxies stand before us, always. */
  | { by: 'hops'; hops: number }
  /** In CIDR form: whoever calls from there. */
  | { by: 'networks'; networks: readonly string[] };

/** The header in which the proxies write down whom they were called by. The other one is never read. */
export type ProxyHeader = 'x-forwarded-for' | 'forwarded';

export interface AddressedRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  socket: { remoteAddress?: string | undefined };
}

/** Where a request came from; undefined when nobody who is believed can tell. */
export type AddressOf = (request: AddressedRequest) => string | undefined;

/** How a socket that takes both kinds of addresses writes one of IPv4 (RFC 4291 §2.5.5.2). */
const MAPPED = /^::ffff:(?=\d+\.)/i;

/**
 * Each proxy appends the address that it was called from, so the header is read from its end, for as long as
 * whoever wrote the entry is believed. What stands further left came with the request, and may be a lie.
 */
export function createAddressOf(trust: ProxyTrust, header: ProxyHeader): AddressOf {
  switch (trust.by) {
    case 'nobody':
      return peerOf;
    case 'hops':
      return (request) => {
        const chain = chainOf(request, header);
        return chain?.[Math.min(trust.hops, chain.length - 1)];
      };
    case 'networks': {
      const networks = createNetworks(trust.networks);
      return (request) => {
        const peer = peerOf(request);
        if (peer === undefined || !networks.includes(peer)) return peer;
        const chain = chainOf(request, header);
        const outside = (address: string | undefined) => address === undefined || !networks.includes(address);
        return chain && (chain.some(outside) ? chain.find(outside) : chain.at(-1));
      };
    }
    default:
      throw new Error(`unhandled trust: ${JSON.stringify(trust satisfies never)}`);
  }
}

/**
 * The addresses that a request passed, the nearest first; one that cannot be read is undefined.
 * @returns undefined when the header as a whole cannot be read
 */
function chainOf(
  { headers, socket }: AddressedRequest,
  header: ProxyHeader,
): (string | undefined)[] | undefined {
  const value = headers[header];
  const text = Array.isArray(value) ? value.join(',') : (value ?? '');
  const entries = header === 'forwarded' ? readForwarded(text) : readForwardedFor(text);
  return entries && [peerOf({ socket }), ...entries.reverse()];
}

function readForwardedFor(text: string): (string | undefined)[] {
  return text.trim() === '' ? [] : text.split(',').map((entry) => addressIn(entry.trim()));
}

// RFC 7239 §4: `for=192.0.2.43;proto=https, for="[2001:db8::1]:4711"`.
const PAIR = /[\t ]*([!#$%&'*+.^_`|~\w-]+)=(?:([!#$%&'*+.^_`|~\w-]+)|"((?:[^"\\]|\\.)*)")[\t ]*([;,]|$)/y;

/** @returns undefined for what is not well formed: in it a lie could have swallowed what a proxy wrote behind it */
function readForwarded(text: string): (string | undefined)[] | undefined {
  if (text.trim() === '') return [];
  const entries: (string | undefined)[] = [undefined];
  PAIR.lastIndex = 0;
  for (;;) {
    const match = PAIR.exec(text);
    if (!match) return undefined;
    const [, name, token, quoted, end] = match;
    if (name!.toLowerCase() === 'for')
      entries[entries.length - 1] = addressIn(token ?? quoted!.replaceAll(/\\(.)/g, '$1'));
    if (end === '') return entries;
    if (end === ',') entries.push(undefined);
  }
}

/** `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`. */
function addressIn(node: string): string | undefined {
  const [, bracketed, withPort] = /^(?:\[([^\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(node) ?? [];
  return plainAddress(bracketed ?? withPort ?? node);
}

function plainAddress(text: string): string | undefined {
  const plain = text.replace(MAPPED, '');
  return isIP(plain) !== 0 && !plain.includes('%') ? plain : undefined;
}

/** Of the other end of the socket; IPv4 as IPv4, whatever kind of socket it is. */
function peerOf({ socket: { remoteAddress } }: Pick<AddressedRequest, 'socket'>): string | undefined {
  return remoteAddress?.startsWith('::ffff:') ? remoteAddress.replace(MAPPED, '') : remoteAddress;
}

import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { refusalOf, type AddressRules } from './networks.ts';

/** A host that must not be called, as it stands or by what its name resolves to. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
  readonly code = 'EFORBIDDEN';
}

/** How names become addresses; the system's resolver unless a test brings its own. */
export type Resolve = (
  hostname: string,
  options: { all: true; family?: number },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * The `lookup` of an outgoing connection. It resolves a name and hands on the allowed ones of its
 * addresses, and the socket connects to one of those: no second look at the name, so a name that
 * changes its mind in between (DNS rebinding) gains nothing.
 */
export function createCheckedLookup(rules: AddressRules, resolve: Resolve = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    const done = callback as (
      error: Error | null,
      address?: string | LookupAddress[],
      family?: number,
    ) => void;
    const family = options.family === 4 || options.family === 6 ? { family: options.family } : {};
    resolve(hostname, { all: true, ...family }, (error, addresses) => {
      if (error) return done(error);
      const refusals = addresses.map(({ address }) => refusalOf(address, rules));
      const allowed = addresses.filter((_address, i) => refusals[i] === undefined);
      const [first] = allowed;
      if (!first) return done(new ForbiddenAddress(`${hostname}: ${refusals[0] ?? 'has no address'}`));
      if (options.all) return done(null, allowed);
      return done(null, first.address, first.family);
    });
  };
}

/**
 * Checks a host that is an address already: sockets look up names only.
 * @param hostname as in a parsed URL, where every odd way to write an address is gone
 * @throws {ForbiddenAddress}
 */
export function checkLiteral(hostname: string, rules: AddressRules): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) === 0) return;
  const refusal = refusalOf(address, rules);
  if (refusal !== undefined) throw new ForbiddenAddress(refusal);
}

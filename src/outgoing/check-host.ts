import { InvalidInput } from '../errors.ts';
import { hostProblem, type AddressRules } from './networks.ts';

/**
 * Refuses, where a host is configured, an address that would not be called. What a name leads to may change, and is
 * judged at the call alone.
 * @throws {InvalidInput}
 */
export function checkHost(field: string, host: string, rules: AddressRules): void {
  const problem = hostProblem(host, rules);
  if (problem !== undefined)
    throw new InvalidInput(field, `This server does not connect to that address: ${problem}.`);
}

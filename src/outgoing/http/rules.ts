import type { AddressRules, Networks } from '../networks.ts';

/** Which addresses a URL may lead to: in the clear only those of the operator's own networks. */
export function rulesOf({ protocol }: URL, own: Networks): AddressRules {
  return { own, onlyOwn: protocol === 'http:' };
}

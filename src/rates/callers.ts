import type { Principal } from '../accounts/principal.ts';
import type { Rate, RequestRates } from '../config/rates.ts';
import { holderOf } from '../outgoing/address.ts';

/** Something that is counted. */
export interface Counted {
  /** What it is called in answers. */
  limit: keyof RequestRates;
  /** Unlike that of anything else. */
  name: string;
  rate: Rate;
}

/** What a request counts for: the credential and its account, or a verification's own token. */
export function countedOf(who: Principal, rates: RequestRates): Counted[] {
  switch (who.kind) {
    case 'apiKey':
      return [...counted('credential', who.apiKeyId, rates), ...counted('account', who.accountId, rates)];
    case 'accessToken':
      return [...counted('credential', who.clientId, rates), ...counted('account', who.accountId, rates)];
    case 'person':
      // In however many browsers: it is one of them who asks.
      return [...counted('credential', who.personId, rates), ...counted('account', who.accountId, rates)];
    case 'clientToken':
      // Not for the account: whoever has one of its tokens would use up what is its servers'.
      return counted('clientToken', who.verificationId, rates);
    default:
      throw new Error(`unhandled principal: ${who satisfies never}`);
  }
}

/** Whoever has no credential is known by where they ask from. */
export function countedAt(address: string | undefined, rates: RequestRates): Counted[] {
  return counted('stranger', `from ${address === undefined ? 'nowhere' : holderOf(address)}`, rates);
}

function counted(limit: keyof RequestRates, name: string, rates: RequestRates): Counted[] {
  const rate = rates[limit];
  return rate ? [{ limit, name, rate }] : [];
}

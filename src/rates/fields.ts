import { remaining, type Allowance } from './allowance.ts';
import type { Rate, RequestRates } from '../config/rates.ts';

// The header fields of draft-ietf-httpapi-ratelimit-headers-10, lists of structured fields (RFC 9651).

export function policyField(limits: readonly { name: string; rate: Rate }[]): string {
  return limits.map(({ name, rate }) => `"${name}";q=${rate.units};w=${rate.seconds}`).join(', ');
}

export function standingField(limit: keyof RequestRates, allowance: Allowance, now: number): string {
  const resetSeconds = Math.max(0, Math.ceil((allowance.endsAt - now) / 1000));
  return `"${limit}";r=${remaining(allowance)};t=${resetSeconds}`;
}

/** The policies that a caller with a limit comes under. */
export function policiesOf(rates: RequestRates): Record<keyof RequestRates, string> {
  const field = (...limits: (keyof RequestRates)[]) =>
    policyField(limits.flatMap((name) => (rates[name] ? [{ name, rate: rates[name] }] : [])));
  const server = field('credential', 'account');
  return {
    credential: server,
    account: server,
    clientToken: field('clientToken'),
    stranger: field('stranger'),
  };
}

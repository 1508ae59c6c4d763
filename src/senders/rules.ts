import { and, eq } from 'drizzle-orm';
import { isSupportedCountry } from 'libphonenumber-js';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { SENDER_RULES, type CountryRule, type SenderRules } from './country-rules.ts';
import { senderRules } from './table.ts';

/** A country's rule as it counts for an account. */
export interface KnownRule {
  /** ISO 3166-1 alpha-2. */
  country: string;
  rule: CountryRule;
  /** `own`: the account has set it aside from the built-in one. */
  source: 'builtIn' | 'own';
}

/** The rules that count for an account, by country. @param country only this one */
export async function listRules(app: App, accountId: AccountId, country?: string): Promise<KnownRule[]> {
  if (country !== undefined && !isSupportedCountry(country)) return [];
  const ours = eq(senderRules.accountId, accountId);
  const rows = await app.db
    .select({ country: senderRules.country, rule: senderRules.rule })
    .from(senderRules)
    .where(country === undefined ? ours : and(ours, eq(senderRules.country, country)));
  const known = new Map<string, KnownRule>();
  for (const [name, rule] of Object.entries(SENDER_RULES))
    if (country === undefined || name === country)
      known.set(name, { country: name, rule, source: 'builtIn' });
  for (const row of rows) known.set(row.country, { ...row, source: 'own' });
  return [...known.values()].sort((a, b) => (a.country < b.country ? -1 : 1));
}

export function toSenderRules(known: readonly KnownRule[]): SenderRules {
  return Object.fromEntries(known.map(({ country, rule }) => [country, rule]));
}

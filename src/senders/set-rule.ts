import { z } from 'zod';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { Doer } from '../audit/actor.ts';
import { InvalidInput } from '../errors.ts';
import { checkCountry } from '../numbers/country.ts';
import type { App } from '../platform.ts';
import { readInput } from '../read-input.ts';
import { isText } from '../services/settings.ts';
import type { CountryRule } from './country-rules.ts';
import type { KnownRule } from './rules.ts';
import { senderRules } from './table.ts';

const day = z.iso.date('a day is written as 2026-11-23');

const text = (max: number) => z.string().max(max).refine(isText, 'it has no control characters');

const Register = z.strictObject({
  code: z.string().regex(/^[a-z0-9_]{1,40}$/, 'a code has 1 to 40 characters of a–z, 0–9 and _'),
  name: text(60).trim().min(1),
  unregistered: z.enum(['blocked', 'degraded']),
  from: day.optional(),
});

const kind = Register.nullable().optional();

const Rule = z.strictObject({
  asOf: day,
  note: text(500).optional(),
  kinds: z.strictObject({ alphanumeric: kind, longCode: kind, tollFree: kind, shortCode: kind }),
  plainNames: z.boolean().optional(),
  shortCodes: z
    .array(z.string().regex(/^[\dx]{3,8}$/, 'a short code has 3 to 8 digits, x for any of them, e.g. 36xxx'))
    .min(1)
    .max(100)
    .optional(),
});

/**
 * Sets what counts for the account of a country's senders, in the place of the built-in rule or of none.
 * @throws {InvalidInput} that names the field by its path
 */
export async function setSenderRule(
  app: App,
  who: Doer,
  country: string,
  input: CountryRule,
): Promise<KnownRule> {
  checkCountry(country);
  const rule = readInput(Rule, input) as CountryRule;
  const now = new Date(app.clock());
  if (Date.parse(rule.asOf) > now.getTime())
    throw new InvalidInput('asOf', 'It is the day on which somebody last looked, so it is not to come.');
  const { accountId } = who;
  await changeConfiguration(app, who, 'sender_rule.set', async (tx, act) => {
    act.on(accountId, { country });
    await tx
      .insert(senderRules)
      .values({ accountId, country, rule, updatedAt: now })
      .onConflictDoUpdate({
        target: [senderRules.accountId, senderRules.country],
        set: { rule, updatedAt: now },
      });
  });
  return { country, rule, source: 'own' };
}

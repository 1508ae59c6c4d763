import { eq } from 'drizzle-orm';
import type { Doer } from '../audit/actor.ts';
import { InvalidInput } from '../errors.ts';
import { ORIGIN_RULE, readOrigin } from '../http/origins.ts';
import type { App } from '../platform.ts';
import { changeConfiguration } from './change-configuration.ts';
import { accounts, type AccountRow } from './table.ts';

const MAX_ORIGINS = 50;

/**
 * From now on only pages of these origins may call with the account's keys and tokens, and those that the operator
 * names; null leaves it to the operator again. Every process follows when it hears of it, at the latest after 10 s.
 * @throws {InvalidInput}
 */
export async function setAllowedOrigins(
  app: App,
  who: Doer,
  origins: readonly string[] | null,
): Promise<AccountRow> {
  const allowedOrigins = origins && readOrigins(origins);
  const { accountId } = who;
  return changeConfiguration(app, who, 'account.set_allowed_origins', async (tx, act) => {
    const ours = eq(accounts.id, accountId);
    const [account] = await tx.update(accounts).set({ allowedOrigins }).where(ours).returning();
    if (!account) throw new Error(`no account ${accountId}`);
    act.on(accountId, { origins: allowedOrigins });
    return account;
  });
}

function readOrigins(texts: readonly string[]): string[] {
  if (texts.length > MAX_ORIGINS)
    throw new InvalidInput('origins', `An account lists at most ${MAX_ORIGINS} origins.`);
  const read = texts.map((text, i) => {
    const origin = readOrigin(text);
    if (origin === undefined) throw new InvalidInput(`origins.${i}`, `Not so: ${ORIGIN_RULE}.`);
    return origin;
  });
  return [...new Set(read)];
}

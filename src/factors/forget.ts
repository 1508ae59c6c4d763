import type { App } from '../platform.ts';

export const FORGET_FACTORS_MS = 600_000;

/** In a statement, which is short then; a turn goes on until nothing is over. */
const AT_ONCE = 2_000;
const DAY_MS = 86_400_000;

// Who removes a factor at the same time takes its challenges in another order: so nobody is waited for.
const FORGET_CHALLENGES = `
  DELETE FROM challenges c USING (
    SELECT o.account_id, o.id FROM accounts a CROSS JOIN LATERAL (
      SELECT l.account_id, l.id FROM challenges l
      WHERE l.account_id = a.id
        AND l.id < (lpad(to_hex($1::bigint - a.phones_days * ${DAY_MS}::bigint), 12, '0') || repeat('0', 20))::uuid
      ORDER BY l.id LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED) o
    LIMIT ${AT_ONCE}) old
  WHERE c.account_id = old.account_id AND c.id = old.id`;

// One that is given a factor meanwhile is not empty any more when it is locked.
const FORGET_ENTITIES = `
  DELETE FROM entities e USING (
    SELECT o.account_id, o.id FROM accounts a CROSS JOIN LATERAL (
      SELECT l.account_id, l.id FROM entities l
      WHERE l.account_id = a.id
        AND l.empty_since < to_timestamp(($1::bigint - a.phones_days * ${DAY_MS}::bigint) / 1000.0)
        AND NOT EXISTS (SELECT FROM factors f WHERE f.account_id = l.account_id AND f.entity_id = l.id)
      ORDER BY l.empty_since LIMIT ${AT_ONCE} FOR UPDATE OF l SKIP LOCKED) o
    LIMIT ${AT_ONCE}) old
  WHERE e.account_id = old.account_id AND e.id = old.id`;

/**
 * Forgets challenges, and entities that have no factor, when their account's time for phones is over. Factors never
 * go by themselves: somebody signs in with them.
 */
export async function forgetFactors(app: App): Promise<void> {
  for (const statement of [FORGET_CHALLENGES, FORGET_ENTITIES])
    while ((await app.sql.unsafe(statement, [app.clock()], { prepare: true })).count > 0);
}

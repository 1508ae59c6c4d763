import { expect } from 'vitest';
import { uuidOf } from '../../src/ids.ts';
import type { App } from '../../src/platform.ts';
import { rowsOf } from './account-rows.ts';
import type { Tenant } from './tenants.ts';
import { until } from './until.ts';

// What of one account is live, and what a test.

/** Ids and places of its live traffic. */
export function liveNames({ ids, pending, cursors }: Tenant): string[] {
  return [ids.vrf, ids.msg, pending, ids.inb, ...Object.values(cursors)];
}

/** Ids and places of its tests. */
export function testNames({ tests: { ids, cursor } }: Tenant): string[] {
  return [ids.vrf, ids.msg, cursor];
}

/** What only live traffic has: ids, places, and the digits of numbers. */
export async function secretsOfLive(app: App, { who, numbers, cursors }: Tenant): Promise<string[]> {
  const account = uuidOf(who.accountId);
  const rows = await app.sql<{ id: string }[]>`
    SELECT id FROM verifications WHERE account_id = ${account} AND mode = 'live'
    UNION ALL SELECT id FROM messages WHERE account_id = ${account} AND mode = 'live'
    UNION ALL SELECT id FROM vault.inbound_messages WHERE account_id = ${account}
    UNION ALL SELECT a.id FROM attempts a JOIN messages m ON m.account_id = a.account_id AND m.id = a.message_id
      WHERE a.account_id = ${account} AND m.mode = 'live'
    UNION ALL SELECT id FROM entities WHERE account_id = ${account} AND mode = 'live'
    UNION ALL SELECT f.id FROM factors f JOIN entities e ON e.account_id = f.account_id AND e.id = f.entity_id
      WHERE f.account_id = ${account} AND e.mode = 'live'
    UNION ALL SELECT c.id FROM challenges c JOIN entities e ON e.account_id = c.account_id AND e.id = c.entity_id
      WHERE c.account_id = ${account} AND e.mode = 'live'`;
  const digits = Object.values(numbers).map((number) => number.slice(4));
  return [...rows.map(({ id }) => id.replaceAll('-', '')), ...digits, ...Object.values(cursors)];
}

export function secretsOfTests({ tests: { ids, number, cursor } }: Tenant): string[] {
  return [...Object.values(ids).map(uuidOf), number.slice(4), cursor];
}

export function expectNothingOf(secrets: readonly string[], said: unknown): void {
  const text = JSON.stringify(said);
  const found = secrets.filter((secret) => text.includes(secret));
  expect(found, text.slice(0, 2_000)).toEqual([]);
}

/** What workers note by themselves: when a key was used, what they have counted, which receipts the sandbox still owes. */
const NOTED = ['api_keys', 'routing_rollups', 'routing_hourly', 'sandbox_receipts'];

/** Rows that are there stay as they are. */
export async function expectUnchanged(app: App, { who }: Tenant, work: () => Promise<void>): Promise<void> {
  // What was started before goes on until it is delivered, and a batch until its last row.
  await until(async () => {
    const [open] = await app.sql`
      SELECT 1 FROM messages WHERE account_id = ${uuidOf(who.accountId)} AND status IN ('queued', 'sent')
      UNION ALL SELECT 1 FROM batches WHERE account_id = ${uuidOf(who.accountId)} AND status = 'running' LIMIT 1`;
    return !open;
  });
  const before = await rowsOf(app, who.accountId);
  await work();
  const after = await rowsOf(app, who.accountId);
  for (const [table, rows] of Object.entries(before))
    if (!NOTED.includes(table)) expect(after[table]).toEqual(expect.arrayContaining(rows));
}

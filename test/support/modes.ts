import type { GraphQLField, GraphQLNamedType } from 'graphql';
import { expect } from 'vitest';
import { isForTests } from '../../src/accounts/permissions.ts';
import { permissionOf } from '../../src/graphql/permission-plugin.ts';
import { uuidOf } from '../../src/ids.ts';
import type { App } from '../../src/platform.ts';
import { rowsOf } from './account-rows.ts';
import type { Tenant } from './tenants.ts';
import { until } from './until.ts';

// What of one account is live, and what a test.

/** Everything that a test key may read of a type. */
export function isOpen(parent: GraphQLNamedType, field: GraphQLField<unknown, unknown>): boolean {
  const permission = permissionOf(parent, field);
  return permission === undefined || isForTests(permission);
}

/** The tenant as its test key has it: what it names is what that has started. */
export function asTests(own: Tenant): Tenant {
  const { who, credential, ids, number } = own.tests;
  const numbers = { ...own.numbers, delivered: number, pending: number };
  return { ...own, who, credential, numbers, pending: ids.vrf, ids: { ...own.ids, ...ids } };
}

/** Ids of all that is a test. */
export async function idsOfTests(app: App, { who }: Tenant): Promise<Set<string>> {
  const account = uuidOf(who.accountId);
  const rows = await app.sql<{ id: string }[]>`
    SELECT 'vrf_' || replace(id::text, '-', '') AS id FROM verifications WHERE account_id = ${account} AND mode = 'test'
    UNION ALL SELECT 'msg_' || replace(id::text, '-', '') FROM messages WHERE account_id = ${account} AND mode = 'test'
    UNION ALL SELECT 'att_' || replace(a.id::text, '-', '') FROM attempts a
      JOIN messages m ON m.account_id = a.account_id AND m.id = a.message_id
      WHERE a.account_id = ${account} AND m.mode = 'test'
    UNION ALL SELECT 'bat_' || replace(id::text, '-', '') FROM batches WHERE account_id = ${account} AND mode = 'test'`;
  return new Set(rows.map(({ id }) => id));
}

/** What is named in an answer of something of a test: in all, and where nothing says that it is one. */
export interface Named {
  all: number;
  unlabelled: string[];
}

/**
 * Looks for ids of tests in an answer. One is labelled when it, something around it, or something beside it in the
 * same object has the mode. Places in lists are no things.
 */
export function namedIn(answer: unknown, ids: ReadonlySet<string>, path = '', isLabelled = false): Named {
  if (typeof answer === 'string')
    return ids.has(answer)
      ? { all: 1, unlabelled: isLabelled ? [] : [`${path} ${answer}`] }
      : { all: 0, unlabelled: [] };
  if (typeof answer !== 'object' || answer === null) return { all: 0, unlabelled: [] };
  const beside: unknown[] = Array.isArray(answer) ? [] : Object.values(answer);
  const isHere = isLabelled || [answer, ...beside].some(saysTest);
  const found = Object.entries(answer)
    .filter(([name]) => !/cursor$/i.test(name))
    .map(([name, one]) => namedIn(one, ids, `${path}/${name}`, isHere));
  return {
    all: found.reduce((sum, { all }) => sum + all, 0),
    unlabelled: found.flatMap(({ unlabelled }) => unlabelled),
  };
}

function saysTest(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('mode' in value)) return false;
  return typeof value.mode === 'string' && value.mode.toLowerCase() === 'test';
}

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

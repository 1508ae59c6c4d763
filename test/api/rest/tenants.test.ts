import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningApp } from '../../../src/app.ts';
import { ID_PREFIXES } from '../../../src/ids.ts';
import { createRest } from '../../../src/rest/v1/api.ts';
import { idsIn, rowsOf } from '../../support/account-rows.ts';
import { createTestApp } from '../../support/app.ts';
import { OPERATIONS } from '../../support/rest-rows.ts';
import { answeredOf, callOperation, type Said } from '../../support/rest-calls.ts';
import { LOOKUP } from '../../support/tenant-rows.ts';
import { createTenant, type Tenant } from '../../support/tenants.ts';
import { createNumbers } from '../../support/verifying.ts';

const stack = new AsyncDisposableStack();
let app: RunningApp;
let own: Tenant;
let other: Tenant;

beforeAll(async () => {
  ({ app } = stack.use(await createTestApp()));
  own = await aTenant('Aurora', '+385991111111', 6_500_001);
  other = await aTenant('Borealis', '+385992222222', 6_600_001);
});
afterAll(() => stack.disposeAsync());

function aTenant(word: string, ourNumber: string, firstNumber: number): Promise<Tenant> {
  return createTenant(app, { word, ourNumber, aNumber: createNumbers(firstNumber), lookup: LOOKUP });
}

/** Every id, cursor, word and number of an account that nobody else may be told. */
async function secretsOf({ who, word, numbers, ourNumber, cursors }: Tenant): Promise<string[]> {
  const ids = idsIn(await rowsOf(app, who.accountId));
  const digits = [...Object.values(numbers), ourNumber].map((number) => number.slice(4));
  return [...ids, word, ...digits, ...Object.values(cursors)].map((secret) => secret.toLowerCase());
}

const operations = createRest({} as never, {
  publicUrl: '',
  own: { publicUrl: '', allowed: undefined, hosts: new Set() },
  addressOf: () => undefined,
}).operations;

test.each(operations)('%s finds, shows and changes nothing of another account', async (operation) => {
  const row = OPERATIONS[operation];
  if (!row) throw new Error(`${operation} has no row in test/support/rest-rows.ts: add how it is called.`);
  const before = await rowsOf(app, other.who.accountId);
  const names = [
    ...ID_PREFIXES.map((prefix) => other.ids[prefix]),
    ...[other.pending, other.httpCarrier],
    ...Object.values(other.cursors),
  ];
  const said: Said[] = [];
  if (operation.includes('{id}')) {
    expect(row.foreign, 'its row names the code of a foreign id').toBeDefined();
    for (const id of names) {
      const answer = await callOperation(app, own, operation, row, { id });
      expect(answeredOf(answer), `${id}: ${answer.text}`).toBe(row.foreign);
      said.push(answer);
    }
  }
  for (const [field, allowed] of Object.entries(row.fields ?? {}))
    for (const name of names) {
      const answer = await callOperation(app, own, operation, row, { [field]: name });
      expect(allowed, `${field}=${name}: ${answer.text}`).toContain(answeredOf(answer));
      said.push(answer);
    }
  const mine = await callOperation(app, own, operation, row);
  expect(mine.status, mine.text).toBe(row.status ?? 200);
  const text = JSON.stringify([...said, mine]).toLowerCase();
  // A refusal names the path that was asked for.
  const found = (await secretsOf(other)).filter((secret) => text.includes(secret));
  expect(found).toEqual([]);
  expect(await rowsOf(app, other.who.accountId)).toEqual(before);
});

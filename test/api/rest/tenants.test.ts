import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningApp } from '../../../src/app.ts';
import { ID_PREFIXES } from '../../../src/ids.ts';
import { createRest } from '../../../src/rest/v1/api.ts';
import { idsIn, rowsOf } from '../../support/account-rows.ts';
import { createTestApp } from '../../support/app.ts';
import { OPERATIONS, type OperationRow } from '../../support/rest-rows.ts';
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

interface Said {
  status: number;
  text: string;
}

/** What a stream that does not end begins with is enough. */
const FIRST_MS = 150;

async function call(operation: string, row: OperationRow, changed: Readonly<Record<string, string>> = {}) {
  const [method, form] = operation.split(' ') as [string, string];
  const id = changed.id ?? row.id?.(own) ?? '';
  const inQuery = { ...row.query?.(own) };
  const body = row.body && { ...row.body(own) };
  for (const [field, value] of Object.entries(changed))
    if (field !== 'id') Object.assign(body ?? inQuery, { [field]: value });
  const query = new URLSearchParams(inQuery).toString();
  const stop = new AbortController();
  const response = await fetch(`${app.server!.url}${form.replace('{id}', id)}${query && `?${query}`}`, {
    method,
    signal: stop.signal,
    headers: {
      authorization: `Bearer ${own.credential}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const isOpen = row.streams && response.ok;
  if (isOpen) setTimeout(() => stop.abort(), FIRST_MS).unref();
  return { status: response.status, text: isOpen ? await readUntilAborted(response) : await response.text() };
}

async function readUntilAborted(response: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      text += decoder.decode(chunk);
  } catch {
    // Left by us.
  }
  return text;
}

function answeredOf({ status, text }: Said): string {
  if (status >= 400) return (JSON.parse(text) as { code: string }).code;
  if (!text.startsWith('{')) return 'own';
  const { items } = JSON.parse(text) as { items?: unknown[] };
  return items?.length === 0 ? 'empty' : 'own';
}

/** Every id, cursor, word and number of an account that nobody else may be told. */
async function secretsOf({ who, word, numbers, ourNumber, cursors }: Tenant): Promise<string[]> {
  const ids = idsIn(await rowsOf(app, who.accountId));
  const digits = [...Object.values(numbers), ourNumber].map((number) => number.slice(4));
  return [...ids, word, ...digits, ...Object.values(cursors)].map((secret) => secret.toLowerCase());
}

const operations = createRest({} as never, { publicUrl: '', addressOf: () => undefined }).operations;

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
      const answer = await call(operation, row, { id });
      expect(answeredOf(answer), `${id}: ${answer.text}`).toBe(row.foreign);
      said.push(answer);
    }
  }
  for (const [field, allowed] of Object.entries(row.fields ?? {}))
    for (const name of names) {
      const answer = await call(operation, row, { [field]: name });
      expect(allowed, `${field}=${name}: ${answer.text}`).toContain(answeredOf(answer));
      said.push(answer);
    }
  const mine = await call(operation, row);
  expect(mine.status, mine.text).toBe(row.status ?? 200);
  const text = JSON.stringify([...said, mine]).toLowerCase();
  // A refusal names the path that was asked for.
  const found = (await secretsOf(other)).filter((secret) => text.includes(secret));
  expect(found).toEqual([]);
  expect(await rowsOf(app, other.who.accountId)).toEqual(before);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../../src/accounts/create-api-key.ts';
import type { Permission } from '../../../src/accounts/permissions.ts';
import { noteApart } from '../../../src/audit/append.ts';
import { newId } from '../../../src/crypto/new-id.ts';
import type { AccountId } from '../../../src/ids.ts';
import { createTestApp, createWaitingAccount, type TestApp } from '../../support/app.ts';
import { auditOf } from '../../support/audit-log.ts';

let main: TestApp;
let app: TestApp['app'];
beforeAll(async () => {
  main = await createTestApp({ ROLES: 'api' });
  app = main.app;
});
afterAll(() => main[Symbol.asyncDispose]());

async function anAccount(permissions: Permission[] = ['audit:read']) {
  const { accountId } = await createWaitingAccount(app);
  const { key, row } = await createApiKey(app, accountId, { name: 'Auditor', permissions });
  const ask = (query: Record<string, string> = {}) =>
    fetch(`${app.server!.url}/v1/audit?${new URLSearchParams(query)}`, {
      headers: { authorization: `Bearer ${key}` },
    });
  return { accountId, keyId: row.id, ask };
}

/** Writes entries in transactions of 500. */
async function write(accountId: AccountId, count: number): Promise<void> {
  const actor = { kind: 'system', id: null, session: null, address: null } as const;
  for (let left = count; left > 0; left -= 500)
    await noteApart(
      app,
      Array.from({ length: Math.min(500, left) }, () => ({
        ...{ accountId, actor, action: 'route.update' as const, targets: [newId('rte')] },
        details: { changed: ['price', 'priority'] },
      })),
    );
}

const linesOf = (text: string) => text.split(/\r?\n/).slice(0, -1);

describe('GET /v1/audit', () => {
  test('gives out all of the log in lines of JSON, newest first, and that it was exported is the first of them', async () => {
    const { accountId, keyId, ask } = await anAccount();
    await write(accountId, 1_234);
    const response = await ask();
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const exported = linesOf(await response.text()).map((line) => JSON.parse(line) as { id: string });
    const ids = exported.map(({ id }) => id);
    expect(exported.length).toBeGreaterThan(1_234);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    expect(exported[0]).toMatchObject({
      ...{ action: 'audit_log.export', kind: 'read', outcome: 'ok', targets: [accountId] },
      actor: { kind: 'apiKey', id: keyId, address: '127.0.0.1' },
      details: { format: 'ndjson', filter: [] },
    });
  });

  test('gives it out as CSV, and only what is asked for', async () => {
    const { accountId, ask } = await anAccount();
    await write(accountId, 3);
    const [entry] = (await auditOf(app, accountId)).slice(-1);
    const response = await ask({
      format: 'csv',
      action: 'route.update,route.add',
      target: entry!.targets[0]!,
    });
    expect(response.headers.get('content-type')).toContain('text/csv');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="audit-log.csv"');
    const [head, line, ...more] = linesOf(await response.text());
    expect(more).toEqual([]);
    expect(head!.split(',').slice(0, 3)).toEqual(['id', 'occurredAt', 'kind']);
    expect(line).toContain(`${entry!.id},`);
    expect(line).toContain('"{""changed"":[""price"",""priority""]}"');
    const to = new Date(Date.now() - 86_400_000).toISOString();
    expect(linesOf(await (await ask({ to })).text())).toEqual([]);
    for (const nobody of ['\0', 'nobody', '\ud800']) {
      expect(linesOf(await (await ask({ actor: nobody })).text())).toEqual([]);
      expect(linesOf(await (await ask({ target: nobody })).text())).toEqual([]);
    }
    expect((await ask({ action: 'route.praise' })).status).toBe(400);
    expect((await ask({ format: 'pdf' })).status).toBe(400);
  });

  test('needs the permission, and notes who asked without it', async () => {
    const { accountId, keyId, ask } = await anAccount(['services:read']);
    expect((await ask()).status).toBe(403);
    const [refused] = (await auditOf(app, accountId)).slice(-1);
    expect(refused).toMatchObject({ kind: 'refusal', action: 'audit_log.export', actor: { id: keyId } });
  });

  test('is read as fast as it is taken: one who takes nothing costs no memory', async () => {
    const { accountId, ask } = await anAccount();
    await write(accountId, 10_000);
    const response = await ask();
    const reader = response.body!.getReader();
    const { value } = await reader.read();
    expect(value!.length).toBeGreaterThan(0);
    // Left in the middle: nothing goes on behind it.
    await reader.cancel();
    const whole = await (await ask({ action: 'route.update' })).text();
    expect(linesOf(whole)).toHaveLength(10_000);
  });
});

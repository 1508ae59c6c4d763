import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aboutAction } from '../../../src/audit/actions.ts';
import type { AuditEntry } from '../../../src/audit/entry.ts';
import { newId } from '../../../src/crypto/new-id.ts';
import type { IdPrefix } from '../../../src/ids.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { doneIn, notedOf } from '../../support/audit-log.ts';
import { OPERATIONS } from '../../support/rest-rows.ts';
import { createRestCaller } from '../../support/rest.ts';
import { LOOKUP } from '../../support/tenant-rows.ts';
import { createTenant, type Tenant } from '../../support/tenants.ts';
import { createNumbers } from '../../support/verifying.ts';

const aNumber = createNumbers(6_400_001);
let main: TestApp;
let app: TestApp['app'];
let own: Tenant;

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'api' });
  app = main.app;
  own = await createTenant(app, { word: 'Lynx', aNumber, ourNumber: '+385995555555', lookup: LOOKUP });
});
afterAll(() => main[Symbol.asyncDispose]());

const CHANGING = Object.entries(OPERATIONS).filter(([name]) => !name.startsWith('GET '));
const FROM_HERE = { kind: 'apiKey', address: '127.0.0.1' };

describe('an operation', () => {
  test.each(CHANGING)('%s is noted when it is refused, and for what', async (name, row) => {
    const path = name.slice(name.indexOf(' ') + 1);
    const body = row.body?.(own);
    const weak = await createRestCaller(app, own.who, ['services:read']);
    const id = row.id?.(own);
    const lacking = await notedOf(app, own.who.accountId, () =>
      weak.post(path.replace('{id}', id ?? ''), body),
    );
    const targets = id === undefined ? [] : [id];
    expect(lacking).toMatchObject([
      { kind: 'refusal', outcome: 'auth/forbidden', actor: FROM_HERE, targets },
    ]);

    if (!row.foreign || id === undefined) return;
    const nobodys = newId(id.slice(0, id.indexOf('_')) as IdPrefix);
    const caller = await createRestCaller(app, own.who);
    const missing = await notedOf(app, own.who.accountId, () =>
      caller.post(path.replace('{id}', nobodys), body),
    );
    const found = { kind: 'refusal', outcome: row.foreign, targets: [nobodys], action: lacking[0]!.action };
    expect(missing).toMatchObject([found]);
  });

  test.each(CHANGING)('%s is noted when it is done', async (name, row) => {
    const path = name.slice(name.indexOf(' ') + 1).replace('{id}', row.id?.(own) ?? '');
    const caller = await createRestCaller(app, own.who);
    let id: unknown;
    const all = await notedOf(app, own.who.accountId, async () => {
      const { status, body } = await caller.post(path, row.body?.(own));
      // A number that is revealed is answered without the id that was asked for.
      id = body.id ?? (status < 300 ? row.id?.(own) : undefined);
    });
    const noted = doneIn(all);
    // What is only not understood is no attempt.
    if (id === undefined) expect(noted).toEqual([]);
    else {
      expect(noted).toMatchObject([{ outcome: 'ok', actor: FROM_HERE, targets: [id] }]);
      const [{ kind, action }] = noted as [AuditEntry];
      expect(kind).toBe(aboutAction(action).kind);
    }
  });

  test('that reads is noted when it is not allowed', async () => {
    const caller = await createRestCaller(app, own.who, ['services:read']);
    const noted = await notedOf(app, own.who.accountId, () => caller.get('/v1/account'));
    expect(noted).toMatchObject([
      { action: 'data.read', outcome: 'auth/forbidden', details: { field: 'GET /v1/account' } },
    ]);
  });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { uuidOf, type RouteId } from '../../src/ids.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { encodeDecision } from '../../src/routing/decision.ts';
import { listRoutes } from '../../src/routing/queries.ts';
import { readDecision } from '../../src/routing/read-decision.ts';
import { updateRoute } from '../../src/routing/update-route.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';

let front: TestApp;
let back: TestApp;

beforeAll(async () => {
  front = await createTestApp({ ROLES: 'api' });
  // Another bus: neither hears what the other one changes.
  back = await createTestApp({ ROLES: 'api', DATABASE_URL: front.databaseUrl });
});
afterAll(async () => {
  await back[Symbol.asyncDispose]();
  await front[Symbol.asyncDispose]();
});

test('a stored decision names routes that were added a moment ago, that are not in use any more, and no other account’s', async () => {
  const who = await createTestAccount(front.app);
  const config = { kind: 'smpp', host: '127.0.0.1', port: 1, systemId: 'c' } as const;
  const secrets = { password: 'x' };
  const carrierId = await connectCarrier(front.app, who.accountId, { name: 'c', config, secrets });
  const add = async (name: string) => (await addRoute(back.app, who, { name, carrierId, priority: 1 })).id;
  const decide = async (ids: RouteId[]) => {
    const numbers = new Map(
      (await listRoutes(back.app, who)).map(({ id, number }) => [id as string, number]),
    );
    const ranked = ids.map((routeId, i) => ({ routeId, score: 2 - i, reasons: [] }));
    return { stored: encodeDecision(ranked, numbers), ranked };
  };
  const first = await add('first');
  const before = await decide([first]);
  expect(await readDecision(front.app, who.accountId, before.stored)).toEqual(before.ranked);
  const second = await add('second');
  await updateRoute(back.app, who, first, { enabled: false });
  const after = await decide([second, first]);
  expect(await readDecision(front.app, who.accountId, after.stored)).toEqual(after.ranked);
  const other = await createTestAccount(front.app);
  const read = await readDecision(front.app, other.accountId, after.stored);
  expect(read.map(({ score }) => score)).toEqual([2, 1]);
  const found = await front.app.sql`
    SELECT id FROM routes WHERE id = ANY(${read.map(({ routeId }) => uuidOf(routeId as RouteId))}::uuid[])`;
  expect(found).toHaveLength(0);
});

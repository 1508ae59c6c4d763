import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { DomainError } from '../../src/errors.ts';
import type { RouteId } from '../../src/ids.ts';
import { tryRoute } from '../../src/messages/try-route.ts';
import { readDecision } from '../../src/routing/read-decision.ts';
import { createPolicies } from '../../src/routing/policies.ts';
import { listRoutes } from '../../src/routing/queries.ts';
import { updateRoute } from '../../src/routing/update-route.ts';
import type { ProfileChange } from '../../src/simulator/profile-change.ts';
import type { ProfileName } from '../../src/simulator/profile.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import {
  attemptsOf,
  codeOf,
  createNumbers,
  happened,
  messagesOf,
  received,
  start,
} from '../support/verifying.ts';

const aNumber = createNumbers(2_700_000);
let main: TestApp;
let app: TestApp['app'];
let connect: ReturnType<typeof createCarriers>;

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'worker,simulator' });
  app = main.app;
  connect = createCarriers(app);
});
afterAll(() => main[Symbol.asyncDispose]());

/** An account that prefers `instant`, and the route that it seldom takes. */
async function accountWith(
  behaviour: ProfileName | ProfileChange,
): Promise<{ who: Principal; seldom: RouteId }> {
  const who = await createTestAccount(app, { coolDownSeconds: 0, routing: 'adaptive' });
  await connect(who, 'instant');
  await connect(who, behaviour);
  const routes = await listRoutes(app, who);
  return { who, seldom: routes[1]!.id };
}

test('a route that is tried has the message, whichever is preferred, and the others say why they have not', async () => {
  const { who, seldom } = await accountWith('normal');
  await updateRoute(app, who, seldom, { price: 9 });
  const to = aNumber();
  const v = await tryRoute(app, who, { routeId: seldom, to });
  await happened(app, v, 'MessageDelivered');
  expect(await attemptsOf(app, v)).toEqual([{ carrier: 'normal', status: 'delivered', errorCode: null }]);
  expect(await received(app, to)).toEqual([await codeOf(app, v)]);
  const [message] = await messagesOf(app, v);
  expect(message).toMatchObject({ pinnedRouteId: seldom, status: 'delivered' });
  const [attempt] = await app.db.query.attempts.findMany({ where: { verificationId: v.id } });
  expect(await readDecision(app, who.accountId, attempt!.decision)).toMatchObject([
    { routeId: seldom },
    { excluded: 'the message is sent to try another route' },
  ]);
});

test('messages that try routes and others, planned together, each go their own way', async () => {
  const { who, seldom } = await accountWith('normal');
  await updateRoute(app, who, seldom, { price: 9 });
  const [preferred] = await listRoutes(app, who);
  const all = await Promise.all([
    ...Array.from({ length: 5 }, () => start(app, who, aNumber())),
    ...Array.from({ length: 5 }, () => tryRoute(app, who, { routeId: seldom, to: aNumber() })),
    ...Array.from({ length: 5 }, () => tryRoute(app, who, { routeId: preferred!.id, to: aNumber() })),
  ]);
  await Promise.all(all.map((v) => happened(app, v, 'MessageSent')));
  const ways = await Promise.all(
    all.map(async (v) => (await attemptsOf(app, v)).map(({ carrier }) => carrier)),
  );
  expect(ways.slice(5, 10)).toEqual(Array.from({ length: 5 }, () => ['normal']));
  expect([...ways.slice(0, 5), ...ways.slice(10)]).toEqual(Array.from({ length: 10 }, () => ['instant']));
});

test('a route that refuses is tried alone: nothing is sent over another one, and the refusal is told', async () => {
  const { who, seldom } = await accountWith('rejecting');
  const v = await tryRoute(app, who, { routeId: seldom, to: aNumber() });
  await happened(app, v, 'MessageFailed');
  const attempts = await attemptsOf(app, v);
  expect(new Set(attempts.map(({ carrier }) => carrier))).toEqual(new Set(['rejecting']));
  const [message] = await messagesOf(app, v);
  expect(message!.failureReason).toMatch(/0x00000045/);
});

test('a route that may not take the number says why, and no word of the others', async () => {
  const { who, seldom } = await accountWith('normal');
  await updateRoute(app, who, seldom, { countries: ['DE'] });
  const v = await tryRoute(app, who, { routeId: seldom, to: aNumber() });
  await happened(app, v, 'MessageFailed');
  const [message] = await messagesOf(app, v);
  expect(message!.failureReason).toBe('no route can take it: does not serve HR');
  expect(await readDecision(app, who.accountId, message!.failureDecision!)).toHaveLength(2);
});

test('trying a route teaches nothing, and the next message goes as if nothing had been', async () => {
  const { who, seldom } = await accountWith('normal');
  const observe = vi.spyOn(app.single(createPolicies), 'observe');
  const ofThis = () => observe.mock.calls.filter(([accountId]) => accountId === who.accountId);
  const to = aNumber();
  const v = await tryRoute(app, who, { routeId: seldom, to });
  await happened(app, v, 'MessageDelivered');
  expect(ofThis()).toEqual([]);
  const again = await start(app, who, to);
  expect(again.id).toBe(v.id);
  await received(app, to, 2);
  await vi.waitUntil(() => ofThis().length > 0);
  const [first, second] = await messagesOf(app, v);
  expect([first!.pinnedRouteId, second!.pinnedRouteId]).toEqual([seldom, null]);
  observe.mockRestore();
});

test('a route that is not enabled, of nobody, or of another account is refused, and the limits of a number hold', async () => {
  const { who, seldom } = await accountWith('normal');
  const other = await accountWith('normal');
  const codeOfTry = (routeId: RouteId, to: string) =>
    tryRoute(app, who, { routeId, to }).then(
      () => 'sent',
      (error: unknown) => (error instanceof DomainError ? error.code : error),
    );
  expect(await codeOfTry(other.seldom, aNumber())).toBe('route/not_found');
  const to = aNumber();
  const tries = await Promise.all(Array.from({ length: 8 }, () => codeOfTry(seldom, to)));
  expect(tries.filter((code) => code === 'sent')).toHaveLength(5);
  expect(new Set(tries)).toEqual(new Set(['sent', 'verification/too_many_sends']));
  await updateRoute(app, who, seldom, { enabled: false });
  expect(await codeOfTry(seldom, aNumber())).toBe('input/invalid');
});

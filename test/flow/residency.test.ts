import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { setResidency } from '../../src/accounts/set-residency.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { uuidOf } from '../../src/ids.ts';
import type { AttemptRow } from '../../src/messages/table.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { decodeDecision } from '../../src/routing/decision.ts';
import type { ProfileName } from '../../src/simulator/profile.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { attemptsOf, happened, messagesOf, start } from '../support/verifying.ts';

// Croatia, the worked example: +385, the number blocks of its three operators, carriers in the EU.
const BLOCKS = ['91', '92', '95', '98', '99'];

let main: TestApp;
let app: TestApp['app'];
let count = 0;

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'worker,simulator' });
  app = main.app;
});
afterAll(() => main[Symbol.asyncDispose]());

async function connect(
  who: Principal,
  name: string,
  region: string | null,
  priority: number,
  profile: ProfileName = 'instant',
): Promise<void> {
  const systemId = `res-${++count}`;
  app.simulator!.change(systemId, { profile });
  const port = app.simulator!.smppPort;
  const carrierId = await connectCarrier(app, who.accountId, {
    name,
    region,
    config: { kind: 'smpp', host: '127.0.0.1', port, systemId, window: 100 },
    secrets: { password: 'test' },
  });
  await addRoute(app, who, { name, carrierId, priority });
}

async function residentOfEu(): Promise<Principal> {
  const who = await createTestAccount(app, { coolDownSeconds: 0 });
  await setResidency(app, who, 'EU');
  return who;
}

test('no message of an EU account ever leaves over a carrier outside, not even when EU carriers refuse it', async () => {
  const who = await residentOfEu();
  await connect(who, 'us', 'US', 1);
  await connect(who, 'nowhere', null, 2);
  await connect(who, 'eu refusing', 'EU', 3, 'rejecting');
  await connect(who, 'eu busy', 'EU', 4, 'normal');
  await connect(who, 'eu good', 'EU', 5);
  const numbers = Array.from({ length: 60 }, (_, i) => `+385${BLOCKS[i % BLOCKS.length]}${3_000_000 + i}`);
  const started = await Promise.all(numbers.map((to) => start(app, who, to)));
  await Promise.all(started.map((v) => happened(app, v, 'MessageDelivered')));
  const attempts = (await Promise.all(started.map((v) => attemptsOf(app, v)))).flat();
  // Each was refused once and went elsewhere: the failover was there to be got wrong.
  expect(attempts.length).toBeGreaterThan(numbers.length);
  expect(new Set(attempts.map(({ carrier }) => carrier).filter((name) => !name.startsWith('eu ')))).toEqual(
    new Set(),
  );
  const [row] = await app.sql<{ decision: AttemptRow['decision'] }[]>`
    SELECT decision FROM attempts WHERE verification_id = ${uuidOf(started[0]!.id)} LIMIT 1`;
  expect(decodeDecision(row!.decision).map(({ excluded }) => excluded)).toEqual(
    expect.arrayContaining(['outside EU: the carrier is in US', 'outside EU: the carrier has no region']),
  );
});

test('with carriers outside only, the message fails and says why; the next goes over one inside', async () => {
  const who = await residentOfEu();
  await connect(who, 'us', 'US', 1);
  const v = await start(app, who, '+385913999999');
  expect(await happened(app, v, 'VerificationFailed')).not.toContain('MessageSent');
  expect(await attemptsOf(app, v)).toEqual([]);
  expect((await messagesOf(app, v))[0]!.failureReason).toBe(
    'no route can take it: outside EU: the carrier is in US',
  );
  await connect(who, 'eu', 'EU', 2);
  const next = await start(app, who, '+385913999999');
  await happened(app, next, 'MessageDelivered');
  expect(await attemptsOf(app, next)).toMatchObject([{ carrier: 'eu', status: 'delivered' }]);
});

test('an account without a residency uses every carrier, and a residency is a region', async () => {
  const who = await createTestAccount(app);
  await connect(who, 'us', 'US', 1);
  const v = await start(app, who, '+385913888888');
  await happened(app, v, 'MessageDelivered');
  await expect(setResidency(app, who, 'Europe')).rejects.toThrow('two capital letters');
});

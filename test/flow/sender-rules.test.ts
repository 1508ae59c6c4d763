import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { uuidOf } from '../../src/ids.ts';
import type { AttemptRow } from '../../src/messages/table.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { readDecision } from '../../src/routing/read-decision.ts';
import { addRegistration } from '../../src/senders/add-registration.ts';
import { listRegistrations } from '../../src/senders/registrations.ts';
import { removeRegistration } from '../../src/senders/remove-registration.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { attemptsOf, happened, start } from '../support/verifying.ts';

const SSIR = { country: 'SG', sender: 'Otpost', register: 'ssir' };

let main: TestApp;
let app: TestApp['app'];

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'worker,simulator' });
  app = main.app;
});
afterAll(() => main[Symbol.asyncDispose]());

async function connect(who: Principal, name: string, senderRules: 'check' | 'off', priority: number) {
  app.simulator!.change(name, { profile: 'instant' });
  const port = app.simulator!.smppPort;
  const carrierId = await connectCarrier(app, who.accountId, {
    name,
    senderRules,
    config: { kind: 'smpp', host: '127.0.0.1', port, systemId: name },
    secrets: { password: 'test' },
  });
  await addRoute(app, who, { name, carrierId, priority });
}

test('a carrier that checks is not taken for a sender that the country would refuse, until it is registered', async () => {
  const who = await createTestAccount(app, { coolDownSeconds: 0 });
  await connect(who, 'checks', 'check', 1);
  await connect(who, 'lenient', 'off', 2);
  const before = await start(app, who, '+6581234567');
  await happened(app, before, 'MessageDelivered');
  expect(await attemptsOf(app, before)).toMatchObject([{ carrier: 'lenient' }]);
  const [row] = await app.sql<{ decision: AttemptRow['decision'] }[]>`
    SELECT decision FROM attempts WHERE verification_id = ${uuidOf(before.id)}`;
  const decision = await readDecision(app, who.accountId, row!.decision);
  expect(decision.at(-1)!.excluded).toBe('sender Otpost: needs SSIR registration in SG');

  await addRegistration(app, who, { ...SSIR, references: { uen: '201912345Z' }, validUntil: null });
  const after = await start(app, who, '+6581234568');
  await happened(app, after, 'MessageDelivered');
  expect(await attemptsOf(app, after)).toMatchObject([{ carrier: 'checks' }]);
});

test('registrations are kept by account, changed by adding them again, and removed', async () => {
  const [one, other] = [await createTestAccount(app), await createTestAccount(app)];
  await addRegistration(app, one, { ...SSIR, references: { uen: '1' }, validUntil: null });
  await addRegistration(app, one, {
    ...SSIR,
    references: { uen: '2' },
    validUntil: 1_900_000_000_000,
  });
  expect(await listRegistrations(app, one.accountId)).toEqual([
    { ...SSIR, references: { uen: '2' }, validUntil: 1_900_000_000_000 },
  ]);
  expect(await listRegistrations(app, other.accountId)).toEqual([]);
  await removeRegistration(app, one, SSIR);
  expect(await listRegistrations(app, one.accountId)).toEqual([]);
});

test.each([
  ['country', { ...SSIR, country: 'ZZ' }],
  ['sender', { ...SSIR, sender: '' }],
  ['register', { ...SSIR, register: 'dlt' }],
])('a registration that no check would ever look at is refused: %s', async (field, wrong) => {
  const who = await createTestAccount(app);
  const adding = addRegistration(app, who, { ...wrong, references: {}, validUntil: null });
  await expect(adding).rejects.toMatchObject({ field });
});

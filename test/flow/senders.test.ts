import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { setResidency } from '../../src/accounts/set-residency.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import type { CarrierId } from '../../src/ids.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { addRegistration } from '../../src/senders/add-registration.ts';
import { addSender } from '../../src/senders/add-sender.ts';
import { clearSenderRule } from '../../src/senders/clear-rule.ts';
import { SenderNotAllowed } from '../../src/senders/errors.ts';
import { removeSender } from '../../src/senders/remove-sender.ts';
import { setSenderRule } from '../../src/senders/set-rule.ts';
import { updateSender } from '../../src/senders/update-sender.ts';
import type { ServiceSettingsInput } from '../../src/services/settings.ts';
import { createService } from '../../src/services/create.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { until } from '../support/until.ts';
import { createNumbers, happened, messagesOf, start } from '../support/verifying.ts';

const FREE = { coolDownSeconds: 0, maxSends: 20 };
const aNumber = createNumbers(6_000_000);

let main: TestApp;
let app: TestApp['app'];

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'worker,simulator' });
  app = main.app;
});
afterAll(() => main[Symbol.asyncDispose]());

interface Way {
  name?: string;
  senderRules?: 'check' | 'off';
  region?: string;
  countries?: string[];
  sender?: string;
}

let count = 0;
async function addWay(who: Principal, { name, senderRules = 'check', region, ...route }: Way = {}) {
  const named = name ?? `way ${++count}`;
  const carrierId = await connectCarrier(app, who.accountId, {
    name: named,
    senderRules,
    region,
    config: { kind: 'smpp', host: '127.0.0.1', port: app.simulator!.smppPort, systemId: 'instant' },
    secrets: { password: 'test' },
  });
  await addRoute(app, who, { name: named, carrierId, priority: ++count, ...route });
  return carrierId;
}

async function account(settings: ServiceSettingsInput = {}): Promise<Principal> {
  return createTestAccount(app, { ...FREE, ...settings });
}

/** Whom a message to a number comes from. */
async function senderTo(who: Principal, to: string): Promise<string | null> {
  const v = await start(app, who, to);
  return until(async () => (await messagesOf(app, v)).at(-1)!.sender, { what: 'A sent message' });
}

/** A change is told to this process as to any other: behind the verb's answer. */
async function told<T>(change: Promise<T>): Promise<T> {
  const done = await change;
  await nextTurn();
  return done;
}

async function withPool(who: Principal, values: readonly string[]) {
  const senders = [];
  for (const value of values) senders.push(await addSender(app, who, { value, pools: ['otp'] }));
  await createService(app, who, {
    name: 'Pooled',
    isDefault: true,
    settings: { ...FREE, routing: 'priority', senderPool: 'otp' },
  });
  return senders;
}

describe('a pool', () => {
  test('gives a number the same sender each time, and others when it is no longer there', async () => {
    const who = await account();
    await addWay(who);
    const senders = await withPool(who, ['Acme', 'Bravo', 'Charlie', '+385911111111']);
    const to = aNumber();
    const first = await senderTo(who, to);
    expect(senders.map(({ value }) => value)).toContain(first);
    expect(await senderTo(who, to)).toBe(first);
    const { id } = senders.find(({ value }) => value === first)!;
    await told(updateSender(app, who, id, { enabled: false }));
    const second = await senderTo(who, to);
    expect(second).not.toBe(first);
    await told(updateSender(app, who, id, { enabled: true }));
    expect(await senderTo(who, to)).toBe(first);
  });

  test('uses all of its senders', async () => {
    const who = await account();
    await addWay(who);
    await withPool(who, ['Acme', 'Bravo', 'Charlie']);
    const used = await Promise.all(Array.from({ length: 40 }, () => senderTo(who, aNumber())));
    expect(new Set(used)).toEqual(new Set(['Acme', 'Bravo', 'Charlie']));
  });

  test('gives way to a sender of the route', async () => {
    const who = await account();
    await addWay(who, { sender: 'Mine' });
    await withPool(who, ['Acme']);
    expect(await senderTo(who, aNumber())).toBe('Mine');
  });

  test('that has no sender is not taken into a service, and later refuses the start', async () => {
    const who = await account();
    await addWay(who);
    const settings = { senderPool: 'nobody' };
    await expect(createService(app, who, { name: 'x', settings })).rejects.toMatchObject({
      field: 'settings.senderPool',
    });
    const [sender] = await withPool(who, ['Acme']);
    await told(removeSender(app, who, sender!.id));
    await expect(start(app, who, aNumber())).rejects.toMatchObject({
      code: 'sender/pool_empty',
      sender: 'otp',
      message: expect.stringContaining(
        'Pool otp: the pool has no sender. Add one with `addSender`',
      ) as string,
    });
  });
});

test('a sender goes only over the carriers that it is for', async () => {
  const who = await account({ sender: 'Acme' });
  const [first, second] = [await addWay(who), await addWay(who)];
  const { id } = await addSender(app, who, { value: 'Acme', carrierIds: [second] });
  const carrierOf = async (): Promise<CarrierId> => {
    const v = await start(app, who, aNumber());
    await happened(app, v, 'MessageDelivered');
    const [attempt] = await app.db.query.attempts.findMany({ where: { verificationId: v.id } });
    return attempt!.carrierId;
  };
  expect(await carrierOf()).toBe(second);
  await told(updateSender(app, who, id, { carrierIds: null }));
  expect(await carrierOf()).toBe(first);
});

describe('a start is refused up front', () => {
  const US = '+12125550100';
  const refusal = (who: Principal, to: string) =>
    start(app, who, to).then(
      () => undefined,
      (error: unknown) => error as SenderNotAllowed,
    );

  test('with the country, the sender and the register that is missing, until it is registered', async () => {
    const who = await account({ sender: '+14155550100' });
    await addWay(who);
    const error = await refusal(who, US);
    expect(error).toBeInstanceOf(SenderNotAllowed);
    expect(error).toMatchObject({
      code: 'sender/registration_missing',
      country: 'US',
      sender: '+14155550100',
      register: '10dlc',
    });
    expect(error!.message).toBe(
      'No route can carry a message to US. Sender +14155550100: needs 10DLC registration in US. Register it ' +
        'there and tell us with `addSenderRegistration` (register `10dlc`), or give the service another sender; where ' +
        'a carrier sees to senders itself, set its `senderRules` to `OFF`. Nothing was sent.',
    );
    const one = { country: 'US', sender: '+14155550100', register: '10dlc' };
    await told(addRegistration(app, who, { ...one, references: {}, validUntil: null }));
    expect(await senderTo(who, US)).toBe('+14155550100');
  });

  test.each<[string, Way[]]>([
    ['one way has a sender of its own that may', [{}, { sender: '36123', countries: ['US'] }]],
    ['one carrier does not check', [{}, { senderRules: 'off' }]],
  ])('not when %s', async (_what, ways) => {
    const who = await account();
    for (const way of ways) await addWay(who, way);
    const one = { country: 'US', sender: '36123', register: 'short_code' };
    await told(addRegistration(app, who, { ...one, references: {}, validUntil: null }));
    expect(await refusal(who, US)).toBeUndefined();
  });

  test.each<[string, Way[], string | undefined]>([
    ['there is no route', [], undefined],
    ['no route serves the country', [{ countries: ['HR'] }], undefined],
    ['the only route there is outside the residency', [{ region: 'US' }], 'EU'],
  ])('not when %s: that is not the fault of the senders', async (_what, ways, residency) => {
    const who = await account();
    for (const way of ways) await addWay(who, way);
    if (residency !== undefined) await told(setResidency(app, who, residency));
    expect(await refusal(who, US)).toBeUndefined();
  });

  test('over the routes within the residency alone', async () => {
    const who = await account();
    await addWay(who, { region: 'EU' });
    await addWay(who, { region: 'US', senderRules: 'off' });
    expect(await refusal(who, US)).toBeUndefined();
    await told(setResidency(app, who, 'EU'));
    expect(await refusal(who, US)).toMatchObject({ code: 'sender/kind_not_allowed', register: null });
  });
});

describe("an account's own rule of a country", () => {
  const asOf = '2026-11-20';

  test('counts in the place of the built-in one, until it is cleared', async () => {
    const [who, other] = [await account(), await account()];
    for (const one of [who, other]) await addWay(one);
    const to = '+6581234567';
    await expect(start(app, who, to)).rejects.toMatchObject({ code: 'sender/registration_missing' });
    await told(setSenderRule(app, who, 'SG', { asOf, kinds: { alphanumeric: null } }));
    expect(await senderTo(who, to)).toBe('Otpost');
    await expect(start(app, other, to)).rejects.toMatchObject({ register: 'ssir' });
    expect(await told(clearSenderRule(app, who, 'SG'))).toMatchObject({ source: 'builtIn' });
    await expect(start(app, who, to)).rejects.toMatchObject({ register: 'ssir' });
  });

  test('may be of a country without a built-in one, with a register that registrations are of', async () => {
    const who = await account();
    await addWay(who);
    const register = { code: 'mz_list', name: 'INCM', unregistered: 'blocked' } as const;
    await told(setSenderRule(app, who, 'MZ', { asOf, kinds: { alphanumeric: register } }));
    const to = '+258821234567';
    await expect(start(app, who, to)).rejects.toMatchObject({ register: 'mz_list' });
    const one = { country: 'MZ', sender: 'Otpost', register: 'mz_list' };
    await told(addRegistration(app, who, { ...one, references: {}, validUntil: null }));
    expect(await senderTo(who, to)).toBe('Otpost');
  });
});

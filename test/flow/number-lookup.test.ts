import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { setResidency } from '../../src/accounts/set-residency.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { uuidOf } from '../../src/ids.ts';
import type { AttemptRow } from '../../src/messages/table.ts';
import { clearNumberLookup } from '../../src/numbers/clear-lookup.ts';
import type { NumberLookupConfig } from '../../src/numbers/lookup-config.ts';
import { forgetOldLookups } from '../../src/numbers/lookup-store.ts';
import type { Resolution } from '../../src/numbers/resolution.ts';
import { createNumberResolver } from '../../src/numbers/resolver.ts';
import { resolveNumber } from '../../src/numbers/resolve.ts';
import { setNumberLookup } from '../../src/numbers/set-lookup.ts';
import type { App } from '../../src/platform.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import type { NewRoute } from '../../src/routing/save-route.ts';
import { createPolicies } from '../../src/routing/policies.ts';
import { lineTypeOf } from '../../src/routing/decision.ts';
import { readDecision } from '../../src/routing/read-decision.ts';
import type { ServiceSettingsInput } from '../../src/services/settings.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { connectSimulated, createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import type { Behave } from '../support/http-server.ts';
import { Portaris } from '../support/number-lookups.ts';
import { createProcess } from '../support/process-app.ts';
import { until } from '../support/until.ts';
import { attemptsOf, createNumbers, happened, messagesOf, start, stateOf } from '../support/verifying.ts';

// +38591 was given out by A1 (219-10); whoever left it is with HT (219-01) by now.
const aNumber = createNumbers(4_000_000);

let main: TestApp;
let app: TestApp['app'];
let count = 0;

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'worker,simulator', OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' });
  app = main.app;
});
afterAll(() => main[Symbol.asyncDispose]());

async function connect(
  who: Principal,
  { region, ...route }: Partial<NewRoute> & { name: string; priority: number; region?: string },
) {
  const systemId = `lookup-${++count}`;
  app.simulator!.change(systemId, { profile: 'instant' });
  const port = app.simulator!.smppPort;
  const carrierId = await connectCarrier(app, who.accountId, {
    name: route.name,
    region: region ?? null,
    // Names are sent to the United States here.
    senderRules: 'off',
    config: { kind: 'smpp', host: '127.0.0.1', port, systemId, window: 200 },
    secrets: { password: 'test' },
  });
  await addRoute(app, who, { ...route, carrierId });
}

/** Two routes, each for one network and the first one for both. */
async function anAccount(settings: ServiceSettingsInput = {}): Promise<Principal> {
  const usual = { coolDownSeconds: 0, maxSends: 20, routing: 'least_cost' } as const;
  const who = await createTestAccount(app, { ...usual, ...settings });
  await connect(who, { name: 'good with A1', priority: 1, price: 1, prices: { '21910': 0.01 } });
  await connect(who, { name: 'good with HT', priority: 1, price: 1, prices: { '21901': 0.01 } });
  return who;
}

async function lookUpAt(who: Principal, provider: Portaris, change: Partial<NumberLookupConfig> = {}) {
  await setNumberLookup(app, who, await provider.example(change));
}

/** The carrier of its last message, once all of them have arrived. */
async function carrierOf(v: VerificationRow): Promise<string> {
  await until(async () => (await messagesOf(app, v)).every(({ status }) => status === 'delivered'));
  return (await attemptsOf(app, v)).at(-1)!.carrier;
}

/** What a process knows of a number without asking. */
async function knownTo(process: App, { accountId }: Principal, e164: string): Promise<Resolution> {
  const number = app.keys.blindIndex('destination', accountId, e164);
  const hint = resolveNumber(e164, 'HR');
  const resolver = process.single(createNumberResolver);
  const [known] = await resolver.resolve([{ accountId, number, e164, hint }], { ask: false });
  return known!;
}

type StoredAttempt = Pick<AttemptRow, 'operator' | 'country' | 'decision'> & {
  confidence: number;
  submitted_at: Date;
};

async function storedOf(v: VerificationRow): Promise<StoredAttempt> {
  const [row] = await app.sql<StoredAttempt[]>`
    SELECT country, operator, operator_confidence AS confidence, decision, submitted_at FROM attempts
    WHERE verification_id = ${uuidOf(v.id)} ORDER BY id DESC LIMIT 1`;
  return row!;
}

async function costsOf(who: Principal) {
  const [row] = await app.sql<{ answered: number; failed: number; cost: number }[]>`
    SELECT sum(answered)::int AS answered, sum(failed)::int AS failed, sum(cost) AS cost
    FROM number_lookup_days WHERE account_id = ${uuidOf(who.accountId)}`;
  return row!;
}

test('without a lookup a message goes by its first digits, and the attempt says how sure that was', async () => {
  const who = await anAccount();
  const v = await start(app, who, aNumber());
  expect(await carrierOf(v)).toBe('good with A1');
  const { country, operator, confidence } = await storedOf(v);
  expect({ country, operator }).toEqual({ country: 'HR', operator: '21910' });
  expect(confidence).toBeCloseTo(2 / 3);
});

test('a ported number goes over the route that is best for its true operator', async () => {
  await using provider = await new Portaris().start();
  const who = await anAccount();
  await lookUpAt(who, provider);
  const [ported, stayed] = [aNumber(), aNumber()];
  provider.networks.set(ported, 'HT-HR').set(stayed, 'A1-HR');
  const v = await start(app, who, ported);
  expect(await carrierOf(v)).toBe('good with HT');
  expect(await carrierOf(await start(app, who, stayed))).toBe('good with A1');
  const { operator, confidence } = await storedOf(v);
  expect(operator).toBe('21901');
  expect(confidence).toBeGreaterThan(0.95);
});

test('a route for other networks is left out, and the decision says why', async () => {
  await using provider = await new Portaris().start();
  const who = await createTestAccount(app);
  await connect(who, { name: 'A1 only', priority: 1, operators: ['21910'] });
  await connect(who, { name: 'all', priority: 2 });
  await lookUpAt(who, provider);
  const to = aNumber();
  provider.networks.set(to, 'TELEMACH-HR');
  const v = await start(app, who, to);
  expect(await carrierOf(v)).toBe('all');
  const decision = await readDecision(app, v.accountId, (await storedOf(v)).decision);
  expect(decision.map(({ excluded }) => excluded)).toContain('does not serve the operator 21902');
});

describe('a fixed line', () => {
  const FIXED = 'the number is a fixed line, which gets no text messages';
  const LANDLINE = '+38514567890';

  async function failed(v: VerificationRow) {
    await happened(app, v, 'VerificationFailed');
    expect(await attemptsOf(app, v)).toEqual([]);
    const [message] = await messagesOf(app, v);
    expect(message).toMatchObject({ status: 'failed', failureReason: FIXED });
    const decision = await readDecision(app, v.accountId, message!.failureDecision!);
    expect(decision.map(({ excluded }) => excluded)).toEqual([FIXED, FIXED]);
    expect(await stateOf(app, v)).toMatchObject({ status: 'failed', failureReason: 'undeliverable' });
  }

  test('by its digits is sent nothing, and its verification asks for another number at once', async () => {
    await failed(await start(app, await anAccount(), LANDLINE));
  });

  test('is what the lookup says, whatever the digits say', async () => {
    await using provider = await new Portaris().start();
    const who = await anAccount();
    await lookUpAt(who, provider);
    const to = aNumber();
    provider.networks.set(to, 'A1-HR').set(LANDLINE, 'A1-HR');
    provider.lines.set(to, 'landline').set(LANDLINE, 'mobile');
    await failed(await start(app, who, to));
    expect(await carrierOf(await start(app, who, LANDLINE))).toBe('good with A1');
  });

  test('is sent to where the service says so, and the attempt says what it was taken for', async () => {
    const who = await anAccount({ skipSmsToLandlines: false });
    const lineTypeSent = async (to: string) => {
      const v = await start(app, who, to);
      await carrierOf(v);
      return lineTypeOf((await storedOf(v)).decision);
    };
    expect(await lineTypeSent(LANDLINE)).toBe('fixed');
    expect(await lineTypeSent(aNumber())).toBe('mobile');
    expect(await lineTypeSent('+491711234567')).toBe('mobile');
    expect(await lineTypeSent('+14155552671')).toBe('fixedOrMobile');
  });
});

test('the policy is asked for the operator of the number, at its price, and told of the attempt by the same', async () => {
  await using provider = await new Portaris().start();
  const who = await createTestAccount(app, { routing: 'adaptive' });
  await connect(who, { name: 'any', priority: 1, price: 0.5, prices: { HR: 0.2, '21901': 0.1 } });
  await lookUpAt(who, provider);
  const options = { strategy: 'adaptive', valueOfConversion: 1, codeTtlMs: 600_000 } as const;
  const policies = app.single(createPolicies);
  using choose = vi.spyOn(await policies.of(who.accountId, options), 'choose');
  using observe = vi.spyOn(policies, 'observe');
  const to = aNumber();
  provider.networks.set(to, 'HT-HR');
  await happened(app, await start(app, who, to), 'MessageDelivered');
  await until(() => observe.mock.calls.some(([, { kind }]) => kind === 'delivered'));
  expect(choose.mock.calls.map(([{ operator }, [candidate]]) => [operator, candidate!.price])).toEqual([
    ['21901', 0.1],
  ]);
  const told = observe.mock.calls.map(([, { kind, country, operator }]) => [kind, country, operator]);
  expect(told.toSorted()).toEqual([
    ['accepted', 'HR', '21901'],
    ['delivered', 'HR', '21901'],
    ['submitted', 'HR', '21901'],
  ]);
});

test('a number is paid for once: other messages, and other processes, know it', async () => {
  await using provider = await new Portaris().start();
  const who = await anAccount();
  await lookUpAt(who, provider);
  const to = aNumber();
  provider.networks.set(to, 'HT-HR');
  for (let i = 0; i < 3; i++) await carrierOf(await start(app, who, to));
  expect(provider.asked).toEqual([to]);
  await until(async () => (await costsOf(who)).answered === 1);
  expect((await costsOf(who)).cost).toBeCloseTo(0.002);
  await using other = createProcess({ database: app });
  expect(await knownTo(other, who, to)).toMatchObject({
    operator: { mccMnc: '21901' },
    source: 'cache',
    ported: true,
  });
});

test('an answer counts until it expires, and then it is forgotten', async () => {
  await using provider = await new Portaris().start();
  const who = await anAccount();
  await lookUpAt(who, provider, { keepSeconds: 3_600 });
  const to = aNumber();
  provider.networks.set(to, 'HT-HR');
  await carrierOf(await start(app, who, to));
  const rows = () => app.sql`SELECT 1 FROM vault.number_lookups WHERE account_id = ${uuidOf(who.accountId)}`;
  await until(async () => (await rows()).length === 1);
  let ahead = 3_500_000;
  await using later = createProcess({ database: app, clock: () => Date.now() + ahead });
  expect(await knownTo(later, who, to)).toMatchObject({ source: 'cache' });
  await forgetOldLookups(later);
  expect(await rows()).toHaveLength(1);
  ahead = 3_700_000;
  expect(await knownTo(later, who, to)).toMatchObject({ source: 'prefix' });
  await forgetOldLookups(later);
  expect(await rows()).toEqual([]);
});

test('neither a number nor a secret is in a log, a problem or a row, whatever a lookup answers', async () => {
  await using provider = await new Portaris().start();
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  await using canary = await createTestApp(
    { ROLES: 'worker,simulator', OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' },
    { log },
  );
  const { app } = canary;
  const who = await createTestAccount(app);
  await connectSimulated(app, who, ['instant']);
  await setNumberLookup(app, who, await provider.example({ timeoutMs: 50 }));
  const numbers: string[] = [];
  const resolver = app.single(createNumberResolver);
  const problems: (string | undefined)[] = [];
  const echo: Behave = (response, { url, headers }) =>
    void response.writeHead(500).end(JSON.stringify({ error: url, token: headers.authorization }));
  const { behave } = provider.server;
  for (const answer of [behave, echo, echo, echo, echo]) {
    provider.server.behave = answer;
    const to = aNumber();
    numbers.push(to);
    provider.networks.set(to, to);
    await happened(app, await start(app, who, to), 'MessageDelivered');
    problems.push(await resolver.problemOf(who.accountId));
  }
  await until(() => lines.some((line) => line.includes('number lookup has a problem')));
  const rows = await app.sql`SELECT row_to_json(l) FROM vault.number_lookups l`;
  expect(rows.length).toBeGreaterThan(0);
  const all = JSON.stringify([lines, problems, rows]);
  for (const to of numbers) expect(all).not.toContain(to.slice(1));
  expect(all).not.toContain(Portaris.SECRETS.apiToken);
});

test('that nothing is known of a number is remembered as well, and its first digits count', async () => {
  await using provider = await new Portaris().start();
  const who = await anAccount();
  await lookUpAt(who, provider);
  const to = aNumber();
  for (let i = 0; i < 2; i++) expect(await carrierOf(await start(app, who, to))).toBe('good with A1');
  expect(provider.asked).toEqual([to]);
});

test('answers that were read by another configuration do not count', async () => {
  await using provider = await new Portaris().start();
  const who = await anAccount();
  const { config, secrets } = await provider.example();
  const values = { 'HT-HR': '21910' };
  const wrong = { ...config, answer: { ...config.answer, operator: { at: '/current/network', values } } };
  await setNumberLookup(app, who, { config: wrong, secrets });
  const to = aNumber();
  provider.networks.set(to, 'HT-HR');
  expect(await carrierOf(await start(app, who, to))).toBe('good with A1');
  await setNumberLookup(app, who, { config, secrets });
  await until(async () => (await carrierOf(await start(app, who, to))) === 'good with HT');
  const before = provider.asked.length;
  await setNumberLookup(app, who, { config: { ...config, deadlineMs: 500 } });
  await carrierOf(await start(app, who, to));
  expect(provider.asked).toHaveLength(before);
});

test('numbers of other countries are not asked for, nor any once the lookup is cleared', async () => {
  await using provider = await new Portaris().start();
  const who = await anAccount();
  await lookUpAt(who, provider, { countries: ['SI'] });
  await carrierOf(await start(app, who, aNumber()));
  await lookUpAt(who, provider);
  await until(async () => {
    await carrierOf(await start(app, who, aNumber()));
    return provider.asked.length > 0;
  });
  expect(await clearNumberLookup(app, who)).toBe(true);
  await until(async () => {
    const before = provider.asked.length;
    await carrierOf(await start(app, who, aNumber()));
    return provider.asked.length === before;
  });
  expect(await clearNumberLookup(app, who)).toBe(false);
});

test('no number of an EU account is told to a lookup outside, neither when it is set nor when the account moves', async () => {
  await using provider = await new Portaris().start();
  const who = await anAccount();
  await lookUpAt(who, provider, { region: 'US' });
  await connect(who, { name: 'in the EU', priority: 1, region: 'EU' });
  await setResidency(app, who, 'EU');
  const resolver = app.single(createNumberResolver);
  await until(async () => (await resolver.problemOf(who.accountId)) !== undefined);
  expect(await resolver.problemOf(who.accountId)).toBe('outside EU: the lookup is in US');
  expect(await carrierOf(await start(app, who, aNumber()))).toBe('in the EU');
  expect(provider.asked).toEqual([]);
  await expect(lookUpAt(who, provider, { region: null })).rejects.toMatchObject({
    code: 'number_lookup/outside_residency',
    field: 'config.region',
  });
  await lookUpAt(who, provider, { region: 'EU' });
  const to = aNumber();
  await carrierOf(await start(app, who, to));
  await until(() => provider.asked.length > 0);
});

test('a slow lookup holds up the messages that wait for it, and no others', async () => {
  await using provider = await new Portaris().start();
  const who = await anAccount();
  await lookUpAt(who, provider, { countries: ['HR'], deadlineMs: 1_000, timeoutMs: 1_000 });
  const known = aNumber();
  provider.networks.set(known, 'A1-HR');
  await carrierOf(await start(app, who, known));
  provider.misbehaves = 'hang';
  // One whose number nobody knows, one whose number is known, one of a country that is not asked for.
  const numbers = [aNumber(), known, '+491711234567'];
  const [unknown, ...others] = await Promise.all(numbers.map((to) => start(app, who, to)));
  for (const v of others) await happened(app, v, 'MessageSent');
  // When its time is over it goes by its first digits.
  expect(await carrierOf(unknown!)).toBe('good with A1');
  expect(provider.asked).toEqual([known, numbers[0]]);
  const submitted = await Promise.all(
    [unknown!, ...others].map(async (v) => (await storedOf(v)).submitted_at),
  );
  for (const earlier of submitted.slice(1)) expect(earlier.getTime()).toBeLessThan(submitted[0]!.getTime());
  expect((await storedOf(unknown!)).confidence).toBeCloseTo(2 / 3);
});

test('once a lookup is dead nothing waits for it, and when it is back it is used again', async () => {
  await using provider = await new Portaris().start();
  const who = await anAccount();
  await lookUpAt(who, provider, { deadlineMs: 1_000, timeoutMs: 50 });
  provider.misbehaves = 'hang';
  for (let i = 0; i < 3; i++) await carrierOf(await start(app, who, aNumber()));
  const resolver = app.single(createNumberResolver);
  expect(await resolver.problemOf(who.accountId)).toMatch('no answer within 50 ms');
  const number = () => {
    const e164 = aNumber();
    const { accountId } = who;
    return {
      ...{ accountId, e164, hint: resolveNumber(e164, 'HR') },
      number: app.keys.blindIndex('destination', accountId, e164),
    };
  };
  const resolved = await resolver.resolve(Array.from({ length: 300 }, number));
  expect(resolved.filter((one) => one instanceof Promise)).toEqual([]);
  expect(provider.asked.length).toBeLessThanOrEqual(4);
  provider.misbehaves = undefined;
  await until(async () => {
    const to = aNumber();
    provider.networks.set(to, 'HT-HR');
    return (await carrierOf(await start(app, who, to))) === 'good with HT';
  });
  expect(await resolver.problemOf(who.accountId)).toBeUndefined();
  await until(async () => (await costsOf(who)).failed >= 3);
});

test('of many messages to one number, and many numbers at once, every one arrives and no number that was answered is asked twice', async () => {
  await using provider = await new Portaris().start();
  provider.slowMs = 20;
  const who = await createTestAccount(app, { coolDownSeconds: 0, maxSends: 20, routing: 'least_cost' });
  await connect(who, { name: 'all', priority: 1 });
  await lookUpAt(who, provider, { connections: 50, deadlineMs: 1_000, timeoutMs: 1_000 });
  const numbers = Array.from({ length: 100 }, aNumber);
  for (const to of numbers) provider.networks.set(to, 'HT-HR');
  const started = await Promise.all([...numbers, ...numbers].map((to) => start(app, who, to)));
  await Promise.all(started.map((v) => happened(app, v, 'MessageDelivered')));
  // On a machine that is busy enough some lookups take longer than anybody waits: those are asked again, or rest.
  const distinct = new Set(provider.asked);
  expect(distinct.size).toBeGreaterThan(0);
  expect(numbers).toEqual(expect.arrayContaining([...distinct]));
  const again = provider.asked.length - distinct.size;
  await until(async () => again <= (await costsOf(who)).failed);
});

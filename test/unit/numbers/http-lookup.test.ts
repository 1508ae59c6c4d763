import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHttpLookup } from '../../../src/numbers/http-lookup.ts';
import { NumberLookupConfig } from '../../../src/numbers/lookup-config.ts';
import type { NumberLookup } from '../../../src/numbers/lookup.ts';
import { createNetworks } from '../../../src/outgoing/networks.ts';
import type { Misbehaviour } from '../../support/http-providers.ts';
import { Portaris } from '../../support/number-lookups.ts';
import { until } from '../../support/until.ts';

const NUMBER = '+385911234567';

let open: AsyncDisposableStack;
let provider: Portaris;
let now: number;

beforeEach(async () => {
  open = new AsyncDisposableStack();
  provider = open.use(await new Portaris().start());
  provider.networks.set(NUMBER, 'HT-HR');
  now = 1_000_000;
});
afterEach(() => open.disposeAsync());

/** With the longest time that may be given: only what is late on purpose is to meet it. */
async function connect(change: Partial<NumberLookupConfig> = {}): Promise<NumberLookup> {
  const { config, secrets } = await provider.example({ timeoutMs: 1_000, ...change });
  const lookup = createHttpLookup({
    config: NumberLookupConfig.parse(config),
    secrets,
    networks: createNetworks(['127.0.0.1/32']),
    clock: () => now,
    random: () => 0.5,
  });
  open.defer(() => lookup.close());
  return lookup;
}

test('a number is asked for as the example says, and its operator is the one that serves it today', async () => {
  const lookup = await connect();
  expect(await lookup.ask(NUMBER, 1_000)).toEqual({
    kind: 'answered',
    facts: { operator: '21901', lineType: 'mobile', ported: true, reachable: true },
  });
  expect(provider.server.received[0]).toMatchObject({
    method: 'GET',
    url: '/v1/numbers/385911234567?live=true',
    headers: { authorization: 'Bearer portaris-live-token' },
  });
});

test('an unknown number is an answer', async () => {
  const lookup = await connect();
  expect(await lookup.ask('+385911111111', 1_000)).toMatchObject({
    kind: 'answered',
    facts: { operator: null },
  });
  expect(lookup.mood).toBe('well');
});

const REASONS: [Misbehaviour, RegExp][] = [
  ['hang', /no answer within 100 ms/],
  ['slowDrip', /not complete within 100 ms/],
  ['serverError', /answers 503/],
  ['garbage', /not of the format/],
  ['hugeBody', /larger than 64 KB/],
  ['redirectToMetadata', /redirect \(307\), which is not followed/],
  ['resetInBody', /broke in the middle/],
  ['notHttp', /not HTTP/],
  ['emptyAnswer', /not of the format/],
];

test.each(REASONS)('a lookup that misbehaves (%s) fails with the reason in words', async (how, reason) => {
  provider.misbehaves = how;
  const isLate = how === 'hang' || how === 'slowDrip';
  const lookup = await connect(isLate ? { timeoutMs: 100 } : {});
  expect(await lookup.ask(NUMBER, 1_000)).toMatchObject({
    kind: 'failed',
    reason: expect.stringMatching(reason) as string,
  });
  expect(lookup.problem).toMatch(reason);
  expect(provider.server.received.length).toBeLessThanOrEqual(1);
});

test('a wrong pointer is told as what it is', async () => {
  const { config } = await provider.example();
  const answer = { ...config.answer, operator: { at: '/now/network', values: {} } };
  const lookup = await connect({ answer });
  await lookup.ask(NUMBER, 1_000);
  expect(lookup.problem).toBe('the answer has nothing at /now/network');
});

test('a private address is not called unless the operator named its network', async () => {
  const { config, secrets } = await provider.example();
  const lookup = createHttpLookup({
    config: NumberLookupConfig.parse(config),
    secrets,
    networks: createNetworks([]),
    clock: () => now,
    random: () => 0.5,
  });
  open.defer(() => lookup.close());
  expect(await lookup.ask(NUMBER, 1_000)).toMatchObject({ kind: 'failed', closed: true });
  expect(provider.server.received).toEqual([]);
});

test('after three silences it rests, then one question tries, and an answer brings it back', async () => {
  provider.misbehaves = 'serverError';
  const lookup = await connect();
  for (let i = 0; i < 3; i++) {
    expect(lookup.mood).toBe('well');
    await lookup.ask(NUMBER, 1_000);
  }
  expect(lookup.mood).toBe('resting');
  expect(await lookup.ask(NUMBER, 1_000)).toEqual({ kind: 'skipped' });
  now += 1_000;
  expect(lookup.mood).toBe('trying');
  provider.misbehaves = undefined;
  const trial = lookup.ask(NUMBER, 1_000);
  expect(lookup.mood).toBe('resting');
  expect(await lookup.ask(NUMBER, 1_000)).toEqual({ kind: 'skipped' });
  expect(await trial).toMatchObject({ kind: 'answered' });
  expect(lookup.mood).toBe('well');
  expect(provider.asked).toHaveLength(4);
});

test('one that was closed asks nobody any more, neither those that wait nor those that come', async () => {
  provider.misbehaves = 'hang';
  const lookup = await connect({ connections: 1 });
  const asked = [lookup.ask(NUMBER, 5_000), lookup.ask(NUMBER, 5_000)];
  await until(() => provider.asked.length === 1);
  lookup.close();
  asked.push(lookup.ask(NUMBER, 5_000));
  expect((await Promise.all(asked)).map(({ kind }) => kind)).toEqual(['failed', 'skipped', 'skipped']);
  expect(provider.asked).toHaveLength(1);
});

test('when too many wait it is busy, and well again once they have gone', async () => {
  provider.slowMs = 10;
  const lookup = await connect({ connections: 1 });
  const asked = Array.from({ length: 11 }, () => lookup.ask(NUMBER, 5_000));
  expect(lookup.mood).toBe('busy');
  await Promise.all(asked);
  expect(lookup.mood).toBe('well');
});

test('no more questions are under way than there are connections, and one that waited too long is not asked', async () => {
  provider.misbehaves = 'hang';
  const lookup = await connect({ connections: 2 });
  const asked = Array.from({ length: 5 }, () => lookup.ask(NUMBER, 500));
  await until(() => provider.server.received.length === 2);
  const outcomes = await Promise.all(asked);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['failed', 'failed', 'skipped', 'skipped', 'skipped']);
  expect(provider.server.received).toHaveLength(2);
});

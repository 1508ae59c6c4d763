import { afterEach, describe, expect, test } from 'vitest';
import { BREAKER_RULES } from '../../../src/carriers/breaker.ts';
import type { SubmitOutcome } from '../../../src/carriers/carrier.ts';
import { TestCarrier } from '../../support/smpp-carrier.ts';
import { ForeignSmsc } from '../../support/smpp-foreign.ts';
import { until } from '../../support/until.ts';

const { faults: FAULTS, probes: PROBES } = BREAKER_RULES;
const PAUSE_MS = 40;
/** Where every submit is answered: only what would hang for ever meets it. */
const PATIENT_MS = 20_000;

let open: AsyncDisposableStack | undefined;
afterEach(() => open?.disposeAsync());

type Answer = 'silence' | number;

/** A guard whose clock stands still until it is put forward: no pause is over by itself, however long a test takes. */
function createGuard(reports: boolean) {
  const guard = {
    now: Date.now(),
    clock: () => guard.now,
    random: () => 0.5,
    reports,
    rules: { ...BREAKER_RULES, pauses: { minMs: PAUSE_MS, maxMs: PAUSE_MS } },
  };
  return guard;
}

/** A guarded carrier before an SMSC that answers each submit with a status, or not at all. */
async function connect(
  answer: Answer,
  { window = 10, responseTimeoutMs = answer === 'silence' ? 40 : PATIENT_MS, reports = true } = {},
) {
  open = new AsyncDisposableStack();
  const smsc = { answer, submits: 0 };
  const server = open.use(
    await ForeignSmsc.start({
      onSubmit: (_pdu, reply) => {
        smsc.submits += 1;
        if (smsc.answer !== 'silence')
          reply({ message_id: String(smsc.submits), command_status: smsc.answer });
      },
    }),
  );
  const guard = createGuard(reports);
  const link = open.use(new TestCarrier(server.port, { window, responseTimeoutMs }, guard));
  await link.up();
  const endPause = async () => {
    const ready = link.readyCount;
    guard.now += PAUSE_MS;
    await until(() => link.readyCount > ready, { everyMs: 2 });
  };
  /** So many have come to the SMSC in all; what ours has given up may still be on its way. */
  const taken = async (count: number) => {
    await until(() => smsc.submits >= count, { everyMs: 2 });
    expect(smsc.submits).toBe(count);
  };
  return { smsc, link, guard, endPause, taken };
}

async function submitInTurn(link: TestCarrier, count: number): Promise<SubmitOutcome[]> {
  const outcomes: SubmitOutcome[] = [];
  for (let i = 0; i < count; i += 1) outcomes.push(await link.submit());
  return outcomes;
}

describe('a carrier that swallows messages', () => {
  test('is given no more of them after a run, has no free window, and says why', async () => {
    const { link, guard, taken } = await connect('silence');
    await submitInTurn(link, FAULTS);
    expect(link.carrier.freeWindow()).toBe(0);
    const refused = await link.submit();
    expect(refused).toMatchObject({ kind: 'unavailable' });
    await taken(FAULTS);
    const words = `breaker open: ${FAULTS} of the last ${FAULTS} submits got no answer`;
    expect(refused).toMatchObject({ reason: expect.stringContaining(words) as string });
    const health = link.carrier.health();
    expect(health.problem).toContain(words);
    expect(health).toMatchObject({ state: 'up', free: 0, breaker: { state: 'open' } });
    const { nextProbeAt } = health.breaker!;
    expect(nextProbeAt).toBeGreaterThan(guard.now);
    expect(nextProbeAt).toBeLessThanOrEqual(guard.now + PAUSE_MS);
  });

  test('is probed for as long as it takes, by one message at a time, and tells when it may be', async () => {
    const { link, endPause, taken } = await connect('silence');
    await submitInTurn(link, FAULTS);
    for (let probe = 1; probe <= 3; probe += 1) {
      await endPause();
      expect(link.carrier.health()).toMatchObject({ free: 1, breaker: { state: 'halfOpen' } });
      const [first, second] = await Promise.all([link.submit(), link.submit()]);
      expect([first.kind, second.kind]).toEqual(['unknown', 'unavailable']);
      await taken(FAULTS + probe);
    }
  });

  test('is used again as a whole once its probes went well, and tells so', async () => {
    const { smsc, link, endPause } = await connect('silence', { responseTimeoutMs: 2_000 });
    await Promise.all(Array.from({ length: FAULTS }, () => link.submit()));
    smsc.answer = 0;
    await endPause();
    await submitInTurn(link, PROBES - 1);
    const ready = link.readyCount;
    expect(await link.submit()).toMatchObject({ kind: 'accepted' });
    expect(link.readyCount).toBe(ready + 1);
    expect(link.carrier.freeWindow()).toBe(10);
    expect(link.carrier.health()).toMatchObject({ state: 'up', breaker: { state: 'closed' } });
    expect(link.carrier.health().problem).toBeUndefined();
  });

  test('costs no more than a window, however many messages were under way when it opened', async () => {
    const { link, taken } = await connect('silence', { window: 50, responseTimeoutMs: 500 });
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => link.submit()));
    expect(outcomes.filter(({ kind }) => kind === 'unknown')).toHaveLength(50);
    await taken(50);
    expect(link.carrier.freeWindow()).toBe(0);
  });
});

test.each([
  ['a system error (0x08)', 0x08, /error of its system .*system error \(0x00000008\)/],
  ['a link that is refused (0x04)', 0x04, /fault of the link/],
])('a run of %s opens the breaker', async (_what, status, words) => {
  const { link } = await connect(status);
  let problem: string | undefined;
  for (let i = 0; i < FAULTS; i += 1) {
    await until(() => link.carrier.freeWindow() > 0, { everyMs: 2 });
    await link.submit();
    problem = link.carrier.health().problem;
  }
  expect(problem).toMatch(words);
  expect(link.carrier.health().breaker).toMatchObject({ state: 'open' });
});

test.each([
  ['refuses single numbers (0x0b)', 0x0b],
  ['refuses senders (0x0a)', 0x0a],
  ['refuses messages (0x45)', 0x45],
  ['throttles (0x58)', 0x58],
])('the breaker stays closed before a carrier that %s', async (_what, status) => {
  const { link } = await connect(status);
  await submitInTurn(link, 3 * FAULTS);
  expect(link.carrier.health().breaker).toEqual({ state: 'closed' });
});

test('a carrier that takes its time with every answer is said to be slow', async () => {
  const { link, guard } = await connect(0);
  const sent = Array.from({ length: 5 }, () => link.submit());
  guard.now += 1_500;
  await Promise.all(sent);
  expect(link.carrier.health().problem).toMatch(/^slow: its last 5 answers took 1\.5 s on average$/);
});

test('a carrier that refuses ten messages in a row says so in its health, until it takes one', async () => {
  const { smsc, link } = await connect(0x66);
  await submitInTurn(link, 9);
  expect(link.carrier.health().problem).toBeUndefined();
  await submitInTurn(link, 1);
  expect(link.carrier.health()).toMatchObject({
    state: 'up',
    problem: 'refused the last 10 messages, with rejected by the receiving application (0x00000066)',
  });
  smsc.answer = 0;
  await submitInTurn(link, 1);
  expect(link.carrier.health().problem).toBeUndefined();
});

test.each([
  ['gives none, no receipt was asked for', false, { receipt: 'none' }],
  ['gives some, nothing of it', true, {}],
])('says of what a carrier took that %s', async (_what, reports, more) => {
  const { link } = await connect(0, { reports });
  expect(await link.submit()).toEqual({ kind: 'accepted', carrierMessageId: '1', segments: 1, ...more });
});

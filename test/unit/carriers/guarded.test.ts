import { afterEach, describe, expect, test } from 'vitest';
import { BREAKER_RULES } from '../../../src/carriers/breaker.ts';
import type { SubmitOutcome } from '../../../src/carriers/carrier.ts';
import { TestCarrier } from '../../support/smpp-carrier.ts';
import { ForeignSmsc } from '../../support/smpp-foreign.ts';
import { until } from '../../support/until.ts';

const { faults: FAULTS, probes: PROBES } = BREAKER_RULES;
const GUARD = {
  clock: Date.now,
  random: () => 0.5,
  rules: { ...BREAKER_RULES, pauses: { minMs: 40, maxMs: 80 } },
};

let open: AsyncDisposableStack | undefined;
afterEach(() => open?.disposeAsync());

type Answer = 'silence' | number;

/** A guarded carrier before an SMSC that answers each submit with a status, or not at all. */
async function connect(answer: Answer, window = 10) {
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
  const link = open.use(new TestCarrier(server.port, { window, responseTimeoutMs: 40 }, GUARD));
  await link.up();
  return { smsc, link };
}

async function submitInTurn(link: TestCarrier, count: number): Promise<SubmitOutcome[]> {
  const outcomes: SubmitOutcome[] = [];
  for (let i = 0; i < count; i += 1) outcomes.push(await link.submit());
  return outcomes;
}

describe('a carrier that swallows messages', () => {
  test('is given no more of them after a run, has no free window, and says why', async () => {
    const { smsc, link } = await connect('silence');
    await submitInTurn(link, FAULTS);
    expect(link.carrier.freeWindow()).toBe(0);
    const refused = await link.submit();
    expect(refused).toMatchObject({ kind: 'unavailable' });
    expect(smsc.submits).toBe(FAULTS);
    const words = `breaker open: ${FAULTS} of the last ${FAULTS} submits got no answer`;
    expect(refused).toMatchObject({ reason: expect.stringContaining(words) as string });
    const health = link.carrier.health();
    expect(health.problem).toContain(words);
    expect(health).toMatchObject({ state: 'up', free: 0, breaker: { state: 'open' } });
    expect(health.breaker!.nextProbeAt).toBeGreaterThan(Date.now() - 1_000);
  });

  test('is probed for as long as it takes, by one message at a time, and tells when it may be', async () => {
    const { smsc, link } = await connect('silence');
    await submitInTurn(link, FAULTS);
    for (let probe = 1; probe <= 3; probe += 1) {
      const ready = link.readyCount;
      await until(() => link.readyCount > ready, { everyMs: 2 });
      expect(link.carrier.health()).toMatchObject({ free: 1, breaker: { state: 'halfOpen' } });
      const [first, second] = await Promise.all([link.submit(), link.submit()]);
      expect([first.kind, second.kind]).toEqual(['unknown', 'unavailable']);
      expect(smsc.submits).toBe(FAULTS + probe);
    }
  });

  test('is used again as a whole once its probes went well, and tells so', async () => {
    const { smsc, link } = await connect('silence');
    await submitInTurn(link, FAULTS);
    smsc.answer = 0;
    await until(() => link.carrier.freeWindow() > 0, { everyMs: 2 });
    await submitInTurn(link, PROBES - 1);
    const ready = link.readyCount;
    expect(await link.submit()).toMatchObject({ kind: 'accepted' });
    expect(link.readyCount).toBe(ready + 1);
    expect(link.carrier.freeWindow()).toBe(10);
    expect(link.carrier.health()).toMatchObject({ state: 'up', breaker: { state: 'closed' } });
    expect(link.carrier.health().problem).toBeUndefined();
  });

  test('costs no more than a window, however many messages were under way when it opened', async () => {
    const { smsc, link } = await connect('silence', 50);
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => link.submit()));
    expect(outcomes.filter(({ kind }) => kind === 'unknown')).toHaveLength(50);
    expect(smsc.submits).toBe(50);
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
  open = new AsyncDisposableStack();
  const server = open.use(
    await ForeignSmsc.start({
      onSubmit: (_pdu, reply) => void setTimeout(() => reply({ message_id: '1' }), 60),
    }),
  );
  let ahead = 0;
  const clock = () => Date.now() + ahead;
  const link = open.use(new TestCarrier(server.port, { window: 10 }, { ...GUARD, clock }));
  await link.up();
  const sent = Array.from({ length: 5 }, () => link.submit());
  ahead += 1_500;
  await Promise.all(sent);
  expect(link.carrier.health().problem).toMatch(/^slow: its last 5 answers took 1\.[56] s on average$/);
});

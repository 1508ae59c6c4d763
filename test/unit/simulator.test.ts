import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validityPeriod } from '../../src/carriers/smpp/validity.ts';
import { Agenda } from '../../src/simulator/agenda.ts';
import { Handsets } from '../../src/simulator/handsets.ts';
import { LongTexts } from '../../src/simulator/long-texts.ts';
import { createMessageIds } from '../../src/simulator/message-ids.ts';
import { planMessage, type ProfileName, PROFILES } from '../../src/simulator/profile.ts';
import { seededRandom } from '../../src/simulator/random.ts';
import { validUntil } from '../../src/simulator/validity.ts';

const names = Object.keys(PROFILES) as ProfileName[];

describe('a plan', () => {
  const anyPlan = fc.tuple(fc.constantFrom(...names), fc.nat(255), fc.option(fc.nat(700)), fc.nat());

  test('is the same for the same seed', () => {
    fc.assert(
      fc.property(anyPlan, ([name, registeredDelivery, validForMs, seed]) => {
        const submit = { registeredDelivery, validForMs: validForMs ?? undefined };
        expect(planMessage(PROFILES[name], submit, seededRandom(seed))).toEqual(
          planMessage(PROFILES[name], submit, seededRandom(seed)),
        );
      }),
    );
  });

  test('never delivers or reports a success past the validity period', () => {
    fc.assert(
      fc.property(anyPlan, ([name, registeredDelivery, validForMs, seed]) => {
        fc.pre(validForMs !== null);
        const plan = planMessage(PROFILES[name], { registeredDelivery, validForMs }, seededRandom(seed));
        if (plan.kind !== 'accepted') return;
        expect(plan.deliveredAfterMs ?? 0).toBeLessThanOrEqual(validForMs);
        expect(plan.receipts[0]?.afterMs ?? 0).toBeLessThanOrEqual(validForMs);
      }),
    );
  });

  test('says DELIVRD exactly when the text reaches the handset', () => {
    fc.assert(
      fc.property(anyPlan, ([name, , validForMs, seed]) => {
        const submit = { registeredDelivery: 1, validForMs: validForMs ?? undefined };
        const plan = planMessage(PROFILES[name], submit, seededRandom(seed));
        if (plan.kind !== 'accepted' || name === 'noReceipts') return;
        const delivered = plan.receipts.find(({ stat }) => stat === 'DELIVRD');
        expect(plan.deliveredAfterMs).toBe(delivered?.afterMs);
      }),
    );
  });

  test('of noReceipts reaches the handset and says nothing, of blackhole does neither', () => {
    const planned = (name: ProfileName) =>
      planMessage(PROFILES[name], { registeredDelivery: 1, validForMs: undefined }, seededRandom(1));
    expect(planned('noReceipts')).toMatchObject({
      deliveredAfterMs: expect.any(Number) as number,
      receipts: [],
    });
    expect(planned('blackhole')).toMatchObject({ deliveredAfterMs: undefined, receipts: [] });
  });

  test('draws its shares about as often as they say', () => {
    const random = seededRandom(42);
    const submit = { registeredDelivery: 1, validForMs: undefined };
    const plans = Array.from({ length: 5_000 }, () => planMessage(PROFILES.garbage, submit, random));
    const rubbish = plans.filter(({ kind }) => kind === 'rubbish').length;
    expect(rubbish / plans.length).toBeCloseTo(0.2, 1);
  });
});

test('no profile’s name is too long to bind with', () => {
  expect(names.filter((name) => name.length > 15)).toEqual([]);
});

test('the agenda runs everything once, in the order of time and then of asking', async () => {
  let now = 0;
  const agenda = new Agenda(() => now);
  const ran: number[] = [];
  const random = seededRandom(3);
  const times = Array.from({ length: 1_000 }, () => Math.floor(random() * 50));
  const all = new Promise<void>((resolve) => {
    for (const [i, time] of times.entries()) {
      agenda.after(time, () => {
        if (ran.push(i) === times.length) resolve();
      });
    }
  });
  now = 100;
  await all;
  const expected = times.map((time, i) => [time, i] as const).sort(([a, i], [b, j]) => a - b || i - j);
  expect(ran).toEqual(expected.map(([, i]) => i));
  agenda.close();
});

describe('handsets', () => {
  test('a number keeps its newest texts, and counts stay right when old ones are gone', () => {
    const handsets = new Handsets({ perNumber: 3 });
    for (let i = 0; i < 5; i++) handsets.deliver('+1', { from: 'A', text: `${i}` }, i);
    expect(handsets.messages('+1').map(({ text }) => text)).toEqual(['2', '3', '4']);
    expect(handsets.messages('+1', { count: 4 }).map(({ text }) => text)).toEqual(['4']);
    expect(handsets.messages('+1', { count: 5 })).toEqual([]);
    expect(handsets.messages('+1', { count: 0 })).toHaveLength(3);
  });

  test('all together never hold more than the total, and the quietest numbers make room', () => {
    const handsets = new Handsets({ total: 10 });
    for (let i = 0; i < 100; i++) handsets.deliver(`+${i % 20}`, { from: 'A', text: `${i}` }, i);
    const kept = handsets.latest(100);
    expect(kept.map(({ message }) => message.text)).toEqual(
      Array.from({ length: 10 }, (_, i) => String(99 - i)),
    );
    expect(handsets.messages('+0')).toEqual([]);
  });

  test('a watcher hears of its number only, until it stops', () => {
    const handsets = new Handsets();
    let heard = 0;
    const stop = handsets.watch('+1', () => (heard += 1));
    handsets.deliver('+2', { from: 'A', text: '' }, 0);
    handsets.deliver('+1', { from: 'A', text: '' }, 0);
    stop();
    handsets.deliver('+1', { from: 'A', text: '' }, 0);
    expect(heard).toBe(1);
  });
});

test('the parts of a long text join in any order, also when one comes twice', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 9 }), fc.nat(), (parts, seed) => {
      const texts = new LongTexts();
      const random = seededRandom(seed);
      const order = parts.map((_, i) => ({ i, at: random() })).sort((a, b) => a.at - b.at);
      const answers = order.flatMap(({ i }, turn) => {
        const part = { total: parts.length, number: i + 1 };
        const first = texts.add('key', part, parts[i]!);
        const isLast = turn === order.length - 1;
        return isLast ? [first] : [first, texts.add('key', part, parts[i]!)];
      });
      expect(answers.pop()).toBe(parts.join(''));
      expect(answers.every((answer) => answer === undefined)).toBe(true);
    }),
  );
});

describe('validity periods', () => {
  const now = Date.parse('2026-11-23T15:06:00Z');

  test('what our own side writes is read to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 2_000_000_000 }), (ms) => {
        const written = (['relative', 'absolute'] as const).map((format) =>
          validUntil(validityPeriod(now + ms, now, format), now),
        );
        expect(written).toEqual(Array(2).fill(now + Math.floor(ms / 1_000) * 1_000));
      }),
    );
  });

  test.each([
    ['', undefined],
    ['261123151000000+', Date.parse('2026-11-23T15:10:00Z')],
    ['261123161000004+', Date.parse('2026-11-23T15:10:00Z')],
    ['000100000000000R', Date.parse('2026-12-23T15:06:00Z')],
    ['tomorrow', 'invalid'],
    ['261323151000000+', 'invalid'],
  ])('%s ends at %s', (period, end) => {
    expect(validUntil(period, now)).toBe(end);
  });
});

test('message ids never repeat across a restart a second later', () => {
  const first = createMessageIds(() => 1_800_000_000_000);
  const ids = Array.from({ length: 1_000 }, () => first('decimal').response);
  const second = createMessageIds(() => 1_800_000_001_000);
  expect(new Set(ids).size).toBe(1_000);
  expect(BigInt(second('decimal').response)).toBeGreaterThan(BigInt(ids.at(-1)!));
});

import { describe, expect, test } from 'vitest';
import {
  createLearned,
  type Learned,
  type ObservationKind,
  type Outage,
} from '../../../src/routing/policy.ts';

const START = Date.UTC(2026, 0, 1, 12);
const SECOND = 1_000;
const MINUTE = 60_000;

/** What becomes of a message: a word and after how long, one after the other. */
type Fate = [kind: ObservationKind, afterMs: number][];
const WELL: Fate = [
  ['delivered', 2 * SECOND],
  ['converted', 15 * SECOND],
];
const SILENT: Fate = [];
const REFUSED: Fate = [['rejected', 100]];
const UNUSED: Fate = [['delivered', 2 * SECOND]];
const UNREPORTED: Fate = [['converted', 15 * SECOND]];

/** A worker that sends one message over a route every ten seconds. */
function createWorker(name = 'one') {
  const learned = createLearned(10 * MINUTE);
  const worker = { learned, now: START, send, outage };
  const told: { at: number; kind: ObservationKind; attemptId: string }[] = [];
  let count = 0;

  function send(messages: number, fate: Fate): void {
    for (let i = 0; i < messages; i++) {
      const attemptId = `${name}-${++count}`;
      told.push({ at: worker.now, kind: 'submitted', attemptId });
      for (const [kind, afterMs] of fate) told.push({ at: worker.now + afterMs, kind, attemptId });
      worker.now += 10 * SECOND;
      tell();
    }
  }

  function tell(): void {
    const due = told.filter(({ at }) => at <= worker.now).toSorted((a, b) => a.at - b.at);
    for (const one of due) {
      told.splice(told.indexOf(one), 1);
      learned.observe({ ...one, routeId: 'r', country: 'HR' });
    }
  }

  /** After so long, in which another route is used. */
  function outage(afterMs = MINUTE): Outage | undefined {
    worker.now += afterMs;
    tell();
    const other = { routeId: 'other', country: 'HR', attemptId: `${name}-o${++count}` };
    learned.observe({ ...other, at: worker.now, kind: 'submitted' });
    learned.observe({ ...other, at: worker.now, kind: 'converted' });
    return outageOf(learned, worker.now);
  }
  return worker;
}

const outageOf = (learned: Learned, now: number) =>
  learned.outages(now).find(({ routeId }) => routeId === 'r');

describe('what is thought of a route', () => {
  test('that is well is nothing', () => {
    const worker = createWorker();
    worker.send(100, WELL);
    expect(worker.outage()).toBeUndefined();
  });

  test('that swallows everything is that it is out, after a few messages, and how many they were', () => {
    const worker = createWorker();
    worker.send(60, WELL);
    worker.send(6, SILENT);
    const outage = worker.outage()!;
    expect(outage).toMatchObject({ missing: 'life', attempts: 6, refused: 0 });
    expect(outage.probability).toBeGreaterThan(0.99);
    expect(outage.usual).toBeGreaterThan(0.9);
  });

  test('is forgotten with the first sign, and not before', () => {
    const worker = createWorker();
    worker.send(60, WELL);
    worker.send(6, SILENT);
    const [soon, late] = [worker.outage()!, worker.outage(30 * MINUTE)!];
    expect(late.probability).toBeGreaterThanOrEqual(soon.probability);
    expect(late.attempts).toBe(6);
    expect(late.lastSentAt).toBe(soon.lastSentAt);
    worker.send(1, WELL);
    expect(worker.outage()).toBeUndefined();
  });

  test('that refuses everything is that, and how many', () => {
    const worker = createWorker();
    worker.send(60, WELL);
    worker.outage();
    worker.send(6, REFUSED);
    expect(worker.outage()).toMatchObject({ missing: 'life', attempts: 6, refused: 6 });
  });

  test('whose receipts go on and whose codes nobody types in is that conversions are missing', () => {
    const worker = createWorker();
    worker.send(60, WELL);
    worker.send(20, UNUSED);
    const outage = worker.outage()!;
    expect(outage).toMatchObject({ missing: 'conversion', attempts: 20 });
    expect(outage.probability).toBeGreaterThan(0.99);
  });

  test('without receipts is not that: conversions are all that there is to miss', () => {
    const worker = createWorker();
    worker.send(60, UNREPORTED);
    worker.send(12, SILENT);
    const outage = worker.outage()!;
    expect(outage).toMatchObject({ missing: 'life', attempts: 12 });
    expect(outage.probability).toBeGreaterThan(0.99);
  });

  test('is the same whichever worker is asked, and of the attempts of both', () => {
    const [one, two] = [createWorker('one'), createWorker('two')];
    for (const worker of [one, two]) {
      worker.send(60, WELL);
      worker.send(5, SILENT);
    }
    const [alone] = [one.outage()!, two.outage()!];
    one.learned.merge(two.learned.snapshot());
    two.learned.merge(JSON.parse(JSON.stringify(one.learned.snapshot())) as ReturnType<Learned['snapshot']>);
    const both = outageOf(one.learned, one.now)!;
    expect(both.attempts).toBe(10);
    expect(both.nats).toBeGreaterThan(1.5 * alone.nats);
    expect(outageOf(two.learned, two.now)!.attempts).toBe(10);
  });

  test('may be asked for as often as one likes: no choice is another one for it', () => {
    const [asked, unasked] = [createWorker(), createWorker()];
    for (const worker of [asked, unasked]) {
      const policy = worker.learned.policy({ valueOfConversion: 1, codeTtlMs: 10 * MINUTE });
      const candidates = ['r', 'other'].map((routeId, i) => ({
        ...{ routeId, carrierId: routeId, priority: i, price: 0.02 },
      }));
      for (const fate of [WELL, WELL, SILENT, SILENT, WELL, REFUSED]) {
        worker.send(7, fate);
        if (worker === asked) for (let i = 0; i < 5; i++) worker.learned.outages(worker.now + i * 997);
      }
      const chosen = policy.choose({ country: 'HR', now: worker.now }, candidates, () => 0.5);
      expect(chosen).toMatchObject([{ routeId: expect.any(String) as string }, {}]);
      Object.assign(worker, { chosen });
    }
    expect(asked).toHaveProperty('chosen', (unasked as unknown as { chosen: unknown }).chosen);
    expect(asked.learned.snapshot()).toEqual(unasked.learned.snapshot());
  });
});

test('the suspicion against a route that nobody uses fades as 1/t, also when its silent messages have expired', () => {
  const worker = createWorker();
  worker.send(60, UNREPORTED);
  worker.send(2, SILENT);
  const policy = worker.learned.policy({ valueOfConversion: 1, codeTtlMs: 10 * MINUTE });
  const route = { routeId: 'r', carrierId: 'c', priority: 1, price: 0 };
  const suspicionAfter = (ms: number) => {
    worker.outage(ms);
    const [ranked] = policy.choose({ country: 'HR', now: worker.now }, [route], () => 0);
    return ranked!.reasons.find(({ factor }) => factor === 'outage')!.value;
  };
  const [first, second, third] = [15, 45, 180].map((minutes) => suspicionAfter(minutes * MINUTE));
  expect(first).toBeGreaterThan(0.01);
  expect(second).toBeLessThan(first! / 2);
  expect(third).toBeLessThan(second! / 2);
});

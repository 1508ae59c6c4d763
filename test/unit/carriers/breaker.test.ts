import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Breaker,
  BREAKER_RULES,
  type Fault,
  type Ticket,
  type Verdict,
} from '../../../src/carriers/breaker.ts';

const SILENCE: Fault = { kind: 'noAnswer', reason: 'no answer within 5 s' };
const { faults: FAULTS, lookBack: LOOK_BACK, probes: PROBES, pauses } = BREAKER_RULES;
const certain = () => 0.999_999;

/** A breaker with a clock and the submits that it has let through. */
class Drive {
  readonly breaker = new Breaker();
  readonly underWay: Ticket[] = [];
  now = 0;

  submit(): boolean {
    const ticket = this.breaker.admit(this.now);
    if (ticket !== undefined) this.underWay.push(ticket);
    return ticket !== undefined;
  }

  end(verdict: Verdict): void {
    const ticket = this.underWay.shift();
    if (ticket !== undefined) this.breaker.settle(ticket, verdict, this.now, certain);
  }

  /** One after the other. */
  run(...verdicts: Verdict[]): this {
    for (const verdict of verdicts) {
      this.submit();
      this.end(verdict);
    }
    return this;
  }

  rest(): this {
    this.now += this.breaker.waitMs(this.now);
    return this;
  }

  get state() {
    return this.breaker.state(this.now);
  }
}

const opened = () => new Drive().run(...Array<Verdict>(FAULTS).fill(SILENCE));

type Step = { do: 'submit' } | { do: 'end'; verdict: Verdict } | { do: 'wait'; ms: number };
const verdict = fc.constantFrom<Verdict>(
  'good',
  'nothing',
  SILENCE,
  { kind: 'linkFault', reason: 'bound already' },
  { kind: 'systemError', reason: 'system error' },
);
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Step>({ do: 'submit' }) },
    { weight: 4, arbitrary: verdict.map((it): Step => ({ do: 'end', verdict: it })) },
    { weight: 1, arbitrary: fc.nat(40_000).map((ms): Step => ({ do: 'wait', ms })) },
  ),
  { maxLength: 300 },
);

function apply(drive: Drive, step: Step): void {
  if (step.do === 'submit') drive.submit();
  else if (step.do === 'end') drive.end(step.verdict);
  else drive.now += step.ms;
}

describe('whatever happens to a breaker', () => {
  test('it lets nothing through while open, and never more probes than it needs', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const drive = new Drive();
        let probes = 0;
        for (const step of all) {
          const { state } = drive;
          const room = drive.breaker.room(drive.now);
          const before = drive.underWay.length;
          apply(drive, step);
          const went = drive.underWay.length > before;
          if (step.do === 'submit') expect(went).toBe(room > 0);
          if (state === 'open') expect(went).toBe(false);
          if (state !== 'halfOpen') probes = 0;
          if (went && state === 'halfOpen') probes += 1;
          // A verdict of nothing gives the place back.
          if (step.do === 'end' && step.verdict === 'nothing') probes = Math.max(0, probes - 1);
          expect(probes).toBeLessThanOrEqual(PROBES);
        }
      }),
    );
  });

  test('its carrier is tried again within the longest pause, and used again once it is well', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const drive = new Drive();
        for (const step of all) apply(drive, step);
        while (drive.underWay.length > 0) drive.end('good');
        expect(drive.breaker.waitMs(drive.now)).toBeLessThanOrEqual(pauses.maxMs);
        drive.rest();
        expect(drive.breaker.room(drive.now)).toBeGreaterThan(0);
        drive.run(...Array<Verdict>(PROBES).fill('good'));
        expect(drive.state).toBe('closed');
      }),
    );
  });

  test('without faults it stays closed and says nothing', () => {
    const harmless = steps.map((all) =>
      all.filter((step) => step.do !== 'end' || typeof step.verdict === 'string'),
    );
    fc.assert(
      fc.property(harmless, (all) => {
        const drive = new Drive();
        for (const step of all) {
          apply(drive, step);
          expect(drive.state).toBe('closed');
          expect(drive.breaker.problem(drive.now)).toBeUndefined();
        }
      }),
    );
  });

  test('it says what is wrong while it is not closed, and else only of faults', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const drive = new Drive();
        for (const step of all) {
          apply(drive, step);
          const problem = drive.breaker.problem(drive.now);
          const opening = {
            open: /^breaker open: /,
            halfOpen: /^breaker half open: /,
            closed: /^\d+ of the /,
          };
          if (drive.state !== 'closed') expect(problem).toBeDefined();
          if (problem !== undefined) expect(problem).toMatch(opening[drive.state]);
        }
      }),
    );
  });
});

test('a run of faults opens it, and one fault less does not', () => {
  const drive = new Drive().run(...Array<Verdict>(FAULTS - 1).fill(SILENCE));
  expect(drive.state).toBe('closed');
  expect(drive.run(SILENCE).state).toBe('open');
  expect(drive.submit()).toBe(false);
});

test('faults among good answers open it by their share of the last ones, however long ago they were', () => {
  const mixed = Array.from({ length: LOOK_BACK }, (_, i): Verdict => (i % 2 === 0 ? SILENCE : 'good'));
  expect(new Drive().run(...mixed).state).toBe('open');
  const rare = Array.from({ length: 1_000 }, (_, i): Verdict => (i % 3 === 0 ? SILENCE : 'good'));
  expect(new Drive().run(...rare).state).toBe('closed');
});

test('being throttled neither opens it nor makes up for faults', () => {
  const drive = new Drive().run(
    ...Array<Verdict>(FAULTS - 1).fill(SILENCE),
    ...Array<Verdict>(100).fill('nothing'),
  );
  expect(drive.state).toBe('closed');
  expect(drive.run(SILENCE).state).toBe('open');
});

test('submits from before it opened say nothing of what comes after', () => {
  const drive = new Drive();
  for (let i = 0; i < 100; i += 1) drive.submit();
  for (let i = 0; i < FAULTS; i += 1) drive.end(SILENCE);
  const waitMs = drive.breaker.waitMs(drive.now);
  while (drive.underWay.length > 0) drive.end(SILENCE);
  expect(drive.breaker.waitMs(drive.now)).toBe(waitMs);
});

test('half open, one goes first, and with each that goes well one more at once', () => {
  const drive = opened().rest();
  expect(drive.state).toBe('halfOpen');
  expect([drive.submit(), drive.submit()]).toEqual([true, false]);
  drive.end('good');
  expect([drive.submit(), drive.submit(), drive.submit()]).toEqual([true, true, false]);
  drive.end('good');
  expect(drive.state).toBe('halfOpen');
  drive.end('good');
  expect(drive.state).toBe('closed');
  expect(drive.breaker.problem(drive.now)).toBeUndefined();
});

test('a probe that fails opens it for longer; a carrier that proved itself begins with the short pause again', () => {
  const drive = opened();
  const pausesMs: number[] = [];
  for (let i = 0; i < 8; i += 1) {
    pausesMs.push(Math.round(drive.breaker.waitMs(drive.now)));
    drive.rest().run(SILENCE);
  }
  expect(pausesMs).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  drive.rest().run('good', 'good', 'good');
  expect(drive.run(...Array<Verdict>(FAULTS).fill(SILENCE)).breaker.waitMs(drive.now)).toBeCloseTo(
    30_000,
    -2,
  );
  drive.rest().run(...Array<Verdict>(PROBES + LOOK_BACK).fill('good'));
  expect(drive.run(...Array<Verdict>(FAULTS).fill(SILENCE)).breaker.waitMs(drive.now)).toBeCloseTo(1_000, -2);
});

test('what is wrong is said with its count, its kinds and the last reason', () => {
  const drive = new Drive().run('good', SILENCE);
  const { breaker } = drive;
  // One lost answer is no problem of the carrier's.
  expect(breaker.problem(0)).toBeUndefined();
  drive.run(SILENCE);
  expect(breaker.problem(0)).toBe('2 of the last 3 submits got no answer (no answer within 5 s)');
  expect(breaker.problem(BREAKER_RULES.mention.forMs)).toBeUndefined();
  drive.run(SILENCE, { kind: 'systemError', reason: 'system error (0x08)' }, SILENCE);
  expect(breaker.problem(0)).toBe(
    'breaker open: 5 of the last 6 submits got no answer (4), met an error of its system (1) ' +
      '(no answer within 5 s); next probe in 1 s',
  );
  drive.rest();
  expect(breaker.problem(drive.now)).toMatch(/^breaker half open: .*; single messages probe it$/);
});

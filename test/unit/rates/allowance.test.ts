import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  answered,
  blockOf,
  createAllowance,
  loanOf,
  questionOf,
  remaining,
  take,
} from '../../../src/rates/allowance.ts';
import { policyField, standingField } from '../../../src/rates/fields.ts';
import type { Rate } from '../../../src/config/rates.ts';
import { unitsOf } from '../../../src/rates/units.ts';

/** Processes that share a count, and answers that are on their way for a while. */
function createWorld(rate: Rate, processes: number) {
  let counted = { total: 0, until: 0 };
  const allowances = Array.from({ length: processes }, () => createAllowance(rate, 0));
  const underWay: (() => void)[] = [];
  let asked = 0;
  return {
    asked: () => asked,
    /** @returns the units that were let in */
    request(process: number, units: number, now: number): number {
      const allowance = allowances[process]!;
      const refused = take(allowance, units, now) !== undefined;
      const question = questionOf(allowance, now);
      if (question) {
        asked++;
        underWay.push(() => {
          if (now >= counted.until) counted = { total: 0, until: now + rate.seconds * 1000 };
          counted.total += question.units;
          answered(allowance, question, { total: counted.total, endsInMs: counted.until - now }, now);
        });
      }
      return refused ? 0 : units;
    },
    answerAll: () => underWay.splice(0).forEach((answer) => answer()),
  };
}

const rates = fc.record({ units: fc.integer({ min: 1, max: 20_000 }), seconds: fc.constant(60) });

describe('an allowance', () => {
  test('lets in what the rate says and no more, to a block and a request for each process', () => {
    const traffic = fc.array(
      fc.record({ process: fc.nat(3), units: fc.constantFrom(1, 1, 1, 2, 7), answer: fc.boolean() }),
      { maxLength: 400 },
    );
    fc.assert(
      fc.property(rates, traffic, fc.integer({ min: 1, max: 50 }), (rate, requests, repeat) => {
        const world = createWorld(rate, 4);
        let letIn = 0;
        for (let turn = 0; turn < repeat; turn++)
          for (const { process, units, answer } of requests) {
            letIn += world.request(process, units, 10);
            if (answer) world.answerAll();
          }
        // Before its first question a process has used half a block, and while it waits for the answer it lends.
        const loan = loanOf({ rate, elsewhere: rate.units });
        expect(letIn).toBeLessThanOrEqual(rate.units + 4 * (blockOf(rate) + loan + 7));
      }),
    );
  });

  test('lets a caller have all of it, and says exactly when there is more', () => {
    fc.assert(
      fc.property(rates, (rate) => {
        const world = createWorld(rate, 1);
        let letIn = 0;
        for (let i = 0; i < rate.units * 2 + 10; i++) {
          letIn += world.request(0, 1, 1_000);
          world.answerAll();
        }
        expect(letIn).toBe(rate.units);
      }),
      { numRuns: 20 },
    );
    const allowance = createAllowance({ units: 1, seconds: 60 }, 0);
    expect(take(allowance, 1, 0)).toBeUndefined();
    answered(allowance, questionOf(allowance, 0)!, { total: 2, endsInMs: 60_000 }, 0);
    expect(take(allowance, 1, 20_000)).toBe(40_000);
    expect(take(allowance, 1, 60_000)).toBeUndefined();
  });

  test('asks the others seldom: nobody for a little, and once for two hundredths of the rate', () => {
    const rate = { units: 600_000, seconds: 60 };
    const few = createWorld(rate, 1);
    for (let i = 0; i < 1_400; i++) few.request(0, 1, i);
    expect(few.asked()).toBe(0);
    const many = createWorld(rate, 1);
    for (let i = 0; i < 300_000; i++) {
      many.request(0, 1, i / 10);
      many.answerAll();
    }
    expect(many.asked()).toBeLessThanOrEqual(101);
  });

  test('goes on for one more block when nobody answers, and asks again after a second', () => {
    const rate = { units: 2_000, seconds: 60 };
    const allowance = createAllowance(rate, 0);
    let letIn = 0;
    let asked = 0;
    for (let i = 0; i < 100; i++) {
      if (take(allowance, 1, 5) === undefined) letIn++;
      if (questionOf(allowance, 5)) asked++;
    }
    expect(letIn).toBe(2 * blockOf(rate));
    expect(asked).toBe(1);
    expect(take(allowance, 1, 5)).toBe(1_000);
    expect(questionOf(allowance, 1_005)).toBeDefined();
  });

  test('takes no answer of a span that is over', () => {
    const allowance = createAllowance({ units: 1, seconds: 1 }, 0);
    take(allowance, 1, 0);
    const question = questionOf(allowance, 0)!;
    take(allowance, 1, 1_000);
    answered(allowance, question, { total: 1_000, endsInMs: 900 }, 1_000);
    expect(allowance).toMatchObject({ spent: false, endsAt: 2_000 });
  });
});

test('an operation takes a unit for each hundred objects of its cost, and at least one', () => {
  expect([0, 1, 100, 101, 10_000].map(unitsOf)).toEqual([1, 1, 1, 2, 100]);
});

test('the header fields are those of the draft', () => {
  const rate = { units: 100, seconds: 60 };
  const allowance = createAllowance(rate, 0);
  take(allowance, 1, 0);
  expect(remaining(allowance)).toBe(99);
  expect(standingField('credential', allowance, 20_500)).toBe('"credential";r=99;t=40');
  expect(
    policyField([
      { name: 'credential', rate },
      { name: 'account', rate: { units: 5, seconds: 1 } },
    ]),
  ).toBe('"credential";q=100;w=60, "account";q=5;w=1');
});

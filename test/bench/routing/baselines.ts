import type { Candidate, Observation, Policy, RouteRequest } from '../../../src/routing/policy.ts';
import { createChance } from './chance.ts';

/** The methods that everybody knows, as good as they get without more than their name says. */
export interface BaselineOptions {
  valueOfConversion: number;
  /** Evidence of this age counts 1/e; absent: for ever. */
  memoryMs?: number;
  /** Of the log-normal delay that silence is weighed by; absent: silence is a failure at once. */
  delay?: { medianMs: number; sigma: number };
}

export function createRoundRobin(): Policy {
  let turn = 0;
  return rankedBy((_request, candidates) => {
    turn += 1;
    return candidates.map((_, i) => -((i - turn + candidates.length * turn) % candidates.length));
  });
}

export function createEpsilonGreedy(options: BaselineOptions, epsilon: number): Policy {
  const memory = createMemory(options);
  return rankedBy((request, candidates, random) => {
    const explores = random() < epsilon;
    return candidates.map((c) => {
      const { good, bad } = memory.of(request, c.routeId);
      return explores ? random() : (options.valueOfConversion * (1 + good)) / (2 + good + bad) - c.price;
    });
  }, memory.observe);
}

/** Thompson 1933; with a memory and a delay: Raj & Kalyani 2017, Vernade et al. 2017. */
export function createThompson(options: BaselineOptions): Policy {
  const memory = createMemory(options);
  return rankedBy((request, candidates, random) => {
    const chance = createChance(Math.floor(random() * 4_294_967_296));
    return candidates.map((c) => {
      const { good, bad } = memory.of(request, c.routeId);
      return options.valueOfConversion * drawBeta(1 + good, 1 + bad, chance) - c.price;
    });
  }, memory.observe);
}

type Score = (request: RouteRequest, candidates: readonly Candidate[], random: () => number) => number[];

function rankedBy(score: Score, observe: (o: Observation) => void = () => {}): Policy {
  return {
    choose(request, candidates, random) {
      const scores = score(request, candidates, random);
      return candidates
        .map((c, i) => ({ routeId: c.routeId, score: scores[i]!, reasons: [] }))
        .sort((a, b) => b.score - a.score);
    },
    observe,
    snapshot: () => {
      throw new Error('a baseline keeps nothing');
    },
    merge() {},
  };
}

interface Cell {
  good: number;
  bad: number;
  at: number;
  open: Open[];
}

interface Open {
  at: number;
  cell: Cell;
  ended: boolean;
}

/** Successes and failures of each route, country and operator. */
function createMemory({ memoryMs, delay }: BaselineOptions) {
  const cells = new Map<string, Cell>();
  const attempts = new Map<string, Open>();
  const keyOf = (o: { country: string; operator?: string }, routeId: string) =>
    `${routeId} ${o.country} ${o.operator ?? ''}`;
  const cellOf = (key: string): Cell => {
    let cell = cells.get(key);
    if (!cell) cells.set(key, (cell = { good: 0, bad: 0, at: 0, open: [] }));
    return cell;
  };
  const fade = (cell: Cell, now: number) => {
    if (memoryMs === undefined || now <= cell.at) return;
    const keep = Math.exp(-(now - cell.at) / memoryMs);
    cell.good *= keep;
    cell.bad *= keep;
    cell.at = now;
  };
  return {
    of(request: RouteRequest, routeId: string): { good: number; bad: number } {
      const cell = cellOf(keyOf(request, routeId));
      fade(cell, request.now);
      if (!delay) return cell;
      let silent = 0;
      cell.open = cell.open.filter((one) => {
        if (one.ended) return false;
        const share = arrivedShare(delay, request.now - one.at);
        if (share > 0.99) {
          one.ended = true;
          cell.bad += 1;
          return false;
        }
        silent += share;
        return true;
      });
      return { good: cell.good, bad: cell.bad + silent };
    },
    observe(o: Observation): void {
      const cell = cellOf(keyOf(o, o.routeId));
      if (o.kind === 'submitted') {
        const open = { at: o.at, cell, ended: false };
        attempts.set(o.attemptId, open);
        if (delay) cell.open.push(open);
        else cell.bad += 1;
      }
      const open = attempts.get(o.attemptId);
      if (!open || !['rejected', 'converted', 'abandoned'].includes(o.kind)) return;
      attempts.delete(o.attemptId);
      fade(cell, o.at);
      if (!delay || open.ended) {
        if (o.kind !== 'rejected') cell.bad = Math.max(0, cell.bad - 1);
        if (o.kind === 'converted') cell.good += 1;
      } else {
        open.ended = true;
        if (o.kind === 'rejected') cell.bad += 1;
        if (o.kind === 'converted') cell.good += 1;
      }
    },
  };
}

/** Log-normal distribution function, by the logistic curve that lies within 0.01 of the normal one. */
function arrivedShare({ medianMs, sigma }: { medianMs: number; sigma: number }, ageMs: number): number {
  if (ageMs <= 0) return 0;
  const z = Math.log(ageMs / medianMs) / sigma;
  return 1 / (1 + Math.exp(-1.702 * z));
}

function drawBeta(a: number, b: number, chance: ReturnType<typeof createChance>): number {
  const x = drawGamma(a, chance);
  return x / (x + drawGamma(b, chance));
}

/** Marsaglia & Tsang 2000, for shapes of at least 1. */
function drawGamma(shape: number, chance: ReturnType<typeof createChance>): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = chance.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - chance.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

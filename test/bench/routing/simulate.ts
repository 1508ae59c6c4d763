import type { Candidate, Observation, Policy, Ranked } from '../../../src/routing/policy.ts';
import { createChance, type Chance } from './chance.ts';
import { START, type World } from './world.ts';

export const CODE_TTL_MS = 600_000;

/** One message, as it was decided: what a figure is made from. */
export interface Step {
  at: number;
  cell: number;
  /** Index of the carrier that took it; undefined when all refused. */
  taken: number | undefined;
  /** Indices that were written to, in order. */
  tried: readonly number[];
  /** Expected utilities under the true rates: of what was done, and of the best that could be. */
  got: number;
  best: number;
}

/** Drives a policy through a world. Every policy meets the same arrivals and the same fates. */
export function simulate(world: World, seed: number, policy: Policy, onStep: (step: Step) => void): void {
  const { shape, cells } = world;
  const arrivals = createChance(seed * 7919 + 1);
  const own = createChance(seed * 104_729 + 2);
  const later = createAgenda();
  const end = START + shape.hours * 3_600_000;
  const candidates: Candidate[] = world.carriers.map(({ routeId, carrierId, priority, price }) => ({
    routeId,
    carrierId,
    priority,
    price,
  }));
  const indexOf = new Map(world.carriers.map(({ routeId }, i) => [routeId, i]));
  let at = START;
  for (let n = 0; ; n++) {
    at += arrivals.exponential(1_000 / shape.messagesPerSecond);
    if (at >= end) return;
    const now = Math.floor(at);
    later.until(now, (observation) => policy.observe(observation));
    const cell = pickCell(world, arrivals.uniform());
    const { country, operator } = cells[cell]!;
    // The fate of message n is drawn before the choice, so that no policy changes another's luck.
    const fate = createChance(seed * 15_485_863 + n);
    const request = shape.operatorsPerCountry > 1 ? { country, operator, now } : { country, now };
    const ranked = policy.choose(request, candidates, own.uniform);
    const step = send(world, later, policy, indexOf, ranked, { n, now, cell, fate });
    onStep(step);
  }
}

interface Message {
  n: number;
  now: number;
  cell: number;
  fate: Chance;
}

function send(
  world: World,
  later: Agenda,
  policy: Policy,
  indexOf: ReadonlyMap<string, number>,
  ranked: readonly Ranked[],
  { n, now, cell, fate }: Message,
): Step {
  const { shape, cells } = world;
  const value = shape.valueOfConversion;
  const worth = (i: number) =>
    value * world.reach(i, cell, now) * world.userConverts - world.carriers[i]!.price;
  let best = 0;
  for (let i = 0; i < world.carriers.length; i++)
    if (world.outageOf(i, now) !== 'reject') best = Math.max(best, worth(i));
  const tried: number[] = [];
  const { country, operator } = cells[cell]!;
  for (const [k, { routeId, excluded }] of ranked.entries()) {
    if (excluded !== undefined) break;
    const i = indexOf.get(routeId)!;
    tried.push(i);
    const attempt = {
      routeId,
      country,
      ...(shape.operatorsPerCountry > 1 && { operator }),
      attemptId: `a${n}.${k}`,
    };
    policy.observe({ ...attempt, kind: 'submitted', at: now });
    if (world.outageOf(i, now) === 'reject') {
      policy.observe({ ...attempt, kind: 'rejected', at: now });
      continue;
    }
    later.add({ ...attempt, kind: 'accepted', at: now + 80 });
    followUp(world, later, i, cell, attempt, now, fate);
    return { at: now, cell, taken: i, tried, got: worth(i), best };
  }
  return { at: now, cell, taken: undefined, tried, got: 0, best };
}

function followUp(
  world: World,
  later: Agenda,
  i: number,
  cell: number,
  attempt: Pick<Observation, 'routeId' | 'country' | 'operator' | 'attemptId'>,
  now: number,
  fate: Chance,
): void {
  const { shape } = world;
  const reached = fate.uniform() < world.reach(i, cell, now);
  const converts = reached && fate.uniform() < world.userConverts;
  const outage = world.outageOf(i, now);
  const slow = outage === 'degraded' ? 3 : 1;
  const receiptAt = now + slow * fate.logNormal(3_500, 0.6);
  const says = receiptOf(world.carriers[i]!.receipts, reached, outage === 'blackHole', fate);
  if (says !== undefined) later.add({ ...attempt, kind: says, at: Math.round(receiptAt) });
  const delayMs = slow * fate.logNormal(shape.conversionDelay.medianMs, shape.conversionDelay.sigma);
  if (fate.uniform() < shape.abandonedShare) {
    const leavesMs = fate.logNormal(shape.conversionDelay.medianMs, 1);
    if (!converts || leavesMs < delayMs)
      return later.add({ ...attempt, kind: 'abandoned', at: Math.round(now + leavesMs) });
  }
  if (converts && delayMs < CODE_TTL_MS)
    later.add({ ...attempt, kind: 'converted', at: Math.round(now + delayMs) });
}

function receiptOf(
  kind: World['carriers'][number]['receipts'],
  reached: boolean,
  swallowed: boolean,
  fate: Chance,
): 'delivered' | 'undelivered' | undefined {
  const draw = fate.uniform();
  if (kind === 'absent') return undefined;
  if (kind === 'faked') return 'delivered';
  if (swallowed) return undefined;
  const truth = kind === 'noisy' && draw < 0.2 ? !reached : reached;
  if (truth) return 'delivered';
  return fate.uniform() < 0.6 ? 'undelivered' : undefined;
}

function pickCell(world: World, draw: number): number {
  let left = draw;
  for (const [i, cell] of world.cells.entries()) {
    left -= cell.share;
    if (left < 0) return i;
  }
  return 0;
}

interface Agenda {
  add(observation: Observation): void;
  /** Everything up to a moment, in the order of time. */
  until(now: number, visit: (observation: Observation) => void): void;
}

/** A binary heap by time; what was added first comes first between equals. */
function createAgenda(): Agenda {
  const heap: { o: Observation; n: number }[] = [];
  let count = 0;
  const before = (a: number, b: number) => heap[a]!.o.at - heap[b]!.o.at || heap[a]!.n - heap[b]!.n;
  const swap = (a: number, b: number) => ([heap[a], heap[b]] = [heap[b]!, heap[a]!]);
  return {
    add(o) {
      heap.push({ o, n: count++ });
      for (let i = heap.length - 1, up; i > 0 && before(i, (up = (i - 1) >> 1)) < 0; i = up) swap(i, up);
    },
    until(now, visit) {
      while (heap.length > 0 && heap[0]!.o.at <= now) {
        const { o } = heap[0]!;
        const last = heap.pop()!;
        if (heap.length > 0) {
          heap[0] = last;
          for (let i = 0; ;) {
            let least = i;
            for (const child of [2 * i + 1, 2 * i + 2])
              if (child < heap.length && before(child, least) < 0) least = child;
            if (least === i) break;
            swap(i, least);
            i = least;
          }
        }
        visit(o);
      }
    },
  };
}

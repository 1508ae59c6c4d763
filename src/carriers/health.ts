import type { AccountId, CarrierId } from '../ids.ts';
import type { BreakerState } from './breaker.ts';
import type { CarrierHealth } from './carrier.ts';

/**
 * How a carrier stands, for a person: `degraded` takes messages and has a problem, `down` takes none (also
 * when its links are up and its breaker is open), `unknown` means that nobody has told of it lately.
 */
export type CarrierState = 'up' | 'degraded' | 'connecting' | 'down' | 'unknown';

/** What one worker says of its link to a carrier. */
export interface WorkerHealth extends CarrierHealth {
  worker: string;
  /** Epoch milliseconds. */
  asOf: number;
}

/** A carrier as all workers together have it. */
export interface OverallHealth {
  carrierId: CarrierId;
  /** Another one for each time that it is told; the same for all who are told of it then. */
  cursor: string;
  state: CarrierState;
  problem?: string;
  inFlight: number;
  window: number;
  /** How many more messages all workers would take now. */
  free: number;
  perSecond: number;
  /** Absent while nothing holds any of them back. */
  allowedPerSecond?: number;
  throttles: number;
  /** The most closed to traffic of all. */
  breaker: BreakerState;
  workers: readonly WorkerHealth[];
  /** The newest; absent when nobody told. */
  asOf?: number;
}

/** On the bus: `undefined` health takes back what was said. */
export interface HealthReport {
  accountId: AccountId;
  carrierId: CarrierId;
  health?: CarrierHealth;
}

export function stateOf({ state, problem, breaker }: CarrierHealth): CarrierState {
  // Once a try has failed, the next one is no news: it stays down until it is up.
  if (state === 'connecting' && problem === undefined) return 'connecting';
  if (state !== 'up' || breaker?.state === 'open') return 'down';
  return problem === undefined ? 'up' : 'degraded';
}

const NOBODY = 'no worker tells of it: none is running, or the carrier is not enabled';

/** What the reports of all workers come to. */
export function overallHealth(
  carrierId: CarrierId,
  workers: readonly WorkerHealth[],
  cursor: string,
): OverallHealth {
  const problem = workers.length === 0 ? NOBODY : problemOf(workers);
  const allowed = workers.map(({ pace }) => pace.allowedPerSecond ?? Infinity).reduce(plus, 0);
  return {
    carrierId,
    cursor,
    state: overallState(workers.map(stateOf)),
    ...(problem !== undefined && { problem }),
    inFlight: workers.map(({ inFlight }) => inFlight).reduce(plus, 0),
    window: workers.map(({ window }) => window).reduce(plus, 0),
    free: workers.map(roomOf).reduce(plus, 0),
    perSecond: workers.map(({ pace }) => pace.perSecond).reduce(plus, 0),
    ...(workers.length > 0 && allowed !== Infinity && { allowedPerSecond: allowed }),
    throttles: workers.map(({ pace }) => pace.throttles).reduce(plus, 0),
    breaker: BREAKERS.find((state) => workers.some(({ breaker }) => breaker?.state === state)) ?? 'closed',
    workers,
    ...(workers.length > 0 && { asOf: Math.max(...workers.map(({ asOf }) => asOf)) }),
  };
}

function roomOf(health: CarrierHealth): number {
  const { free, inFlight, window } = health;
  if (free !== undefined) return free;
  const state = stateOf(health);
  return state === 'up' || state === 'degraded' ? Math.max(0, window - inFlight) : 0;
}

/** Whether a worker has something to tell at once, and not with its next beat: more than moving numbers. */
export function isNews(before: CarrierHealth | undefined, after: CarrierHealth): boolean {
  return before === undefined || gist(before) !== gist(after);
}

/** Why a carrier has no place for one more message, when `taken` that nobody has submitted yet are counted in. */
export function whyFull({ state, problem, breaker, inFlight, window }: CarrierHealth, taken: number): string {
  const isStanding = state === 'up' && (breaker?.state ?? 'closed') === 'closed';
  if (isStanding && inFlight + taken >= window) return 'the window is full';
  if (problem !== undefined) return problem;
  if (isStanding) return 'its throughput is used up at this moment';
  return state === 'connecting' ? 'the link is not up yet' : `the link is ${state}`;
}

/** Whether there is anything to tell: more than that somebody looked again. */
export function hasMoved(before: OverallHealth, after: OverallHealth): boolean {
  return JSON.stringify(before, withoutMoment) !== JSON.stringify(after, withoutMoment);
}

function withoutMoment(name: string, value: unknown): unknown {
  return name === 'asOf' || name === 'cursor' ? undefined : value;
}

/** A text without its numbers, which move while it says the same. */
export function withoutNumbers(text: string | undefined): string | undefined {
  return text?.replace(/\d+/g, '#');
}

function gist({ state, problem, binds, breaker, pace }: CarrierHealth): string {
  const links = binds.map((bind) => [bind.mode, bind.state, withoutNumbers(bind.problem)]);
  return JSON.stringify([state, withoutNumbers(problem), links, breaker?.state, pace.throttles > 0]);
}

function overallState(states: readonly CarrierState[]): CarrierState {
  if (states.length === 0) return 'unknown';
  if (states.every((state) => state === 'up')) return 'up';
  if (states.some((state) => state === 'up' || state === 'degraded')) return 'degraded';
  return states.includes('connecting') ? 'connecting' : 'down';
}

/** What several workers say alike is said once; what only some say, with how many they are. */
function problemOf(workers: readonly WorkerHealth[]): string | undefined {
  const problems = new Map<string, { words: string; count: number }>();
  for (const { problem } of workers) {
    if (problem === undefined) continue;
    const known = problems.get(withoutNumbers(problem)!);
    if (known) known.count += 1;
    else problems.set(withoutNumbers(problem)!, { words: problem, count: 1 });
  }
  const said = [...problems.values()].map(({ words, count }) =>
    count === workers.length ? words : `${count} of ${workers.length} workers: ${words}`,
  );
  return said.length > 0 ? said.join('; ') : undefined;
}

function plus(a: number, b: number): number {
  return a + b;
}

const BREAKERS: readonly BreakerState[] = ['open', 'halfOpen', 'closed'];

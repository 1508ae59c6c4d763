import type { RunningApp } from '../../../src/app.ts';
import { createPolicy, type Policy } from '../../../src/routing/policy.ts';
import { driveDispatcher, type WorldClock } from './dispatched.ts';
import { CODE_TTL_MS } from './fate.ts';
import { simulate, type Step } from './simulate.ts';
import { createWorld, type WorldShape } from './world.ts';

/** One world, once by the policy alone and once by the worker. */
export interface Agreement {
  messages: number;
  /** Share of the messages that took the same carrier, 0–1. */
  same: number;
  /** (oracle − ours) ÷ oracle, 0–1. */
  regret: { pure: number; dispatched: number };
  /** Share of the messages that were refused at least once. */
  refused: number;
  /** The largest difference between the shares that a carrier had of the traffic, 0–1. */
  shift: number;
}

export async function measureAgreement(
  app: RunningApp,
  clock: WorldClock,
  shape: WorldShape,
  seed: number,
): Promise<Agreement> {
  const world = createWorld(shape, seed);
  const { valueOfConversion } = shape;
  const policy = asTheWorker(
    createPolicy({ strategy: 'adaptive', valueOfConversion, codeTtlMs: CODE_TTL_MS }),
  );
  const pure: Step[] = [];
  simulate(world, seed, policy, (step) => pure.push(step), 'askAnew');
  const dispatched: Step[] = [];
  await driveDispatcher(app, clock, world, seed, (step) => dispatched.push(step));
  const shareOf = (steps: readonly Step[], carrier: number) =>
    steps.filter(({ taken }) => taken === carrier).length / steps.length;
  return {
    messages: dispatched.length,
    same: pure.filter(({ taken }, i) => taken === dispatched[i]?.taken).length / pure.length,
    refused: dispatched.filter(({ tried }) => tried.length > 1).length / dispatched.length,
    regret: { pure: regretOf(pure), dispatched: regretOf(dispatched) },
    shift: Math.max(...world.carriers.map((_, i) => Math.abs(shareOf(pure, i) - shareOf(dispatched, i)))),
  };
}

/** Who the block of the numbers that are written to was given to: the worker goes by it. */
const OPERATOR = '21901';

/**
 * Asks and tells a policy as the worker does: it reads the routes by priority, knows whose numbers they are,
 * and forgets an attempt whose verification has ended, so that a late receipt is not heard of. In the last
 * digits all of it matters.
 */
function asTheWorker(policy: Policy): Policy {
  const ended = new Set<string>();
  return {
    ...policy,
    choose: (request, candidates, random) =>
      policy.choose(
        { ...request, operator: OPERATOR },
        candidates.toSorted((a, b) => a.priority - b.priority),
        random,
      ),
    observe(observation) {
      const { kind, attemptId } = observation;
      if (kind === 'accepted' || ended.has(attemptId)) return;
      if (kind === 'converted' || kind === 'abandoned') ended.add(attemptId);
      policy.observe({ ...observation, operator: OPERATOR });
    },
  };
}

function regretOf(steps: readonly Step[]): number {
  const sum = (of: 'got' | 'best') => steps.reduce((total, step) => total + step[of], 0);
  return 1 - sum('got') / sum('best');
}

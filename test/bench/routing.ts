import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { Bare } from './ground/bare.ts';
import type { Outcome } from './measure/outcome.ts';
import { median } from './measure/percentile.ts';
import { BEST_KNOWN, CONTENDERS, OURS, STATIC } from './routing/contenders.ts';
import type { DecisionBatches } from './routing/decision-thread.ts';
import { drawLines } from './routing/plot.ts';
import { mean, measureRegret, type Regret } from './routing/regret.ts';
import { OTHERS, STATIONARY, STEADY_STREAM, THIN_STREAM } from './routing/shapes.ts';
import { countUntilFound, shareOfFaker } from './routing/trials.ts';
import type { WorldShape } from './routing/world.ts';

/**
 * Nothing was tuned to these: 1–8, 100–103, 200–431, 1000–1023, 9000–9308, 14000–17095 and 30000–30023 were looked at
 * during development, and 5000–5023 and 12000–12023 were reported before.
 */
const FIRST_SEED = 18_000;
const MESSAGES_PER_SECOND = [0.2, 1, 3] as const;

/** How much the adaptive policy loses against one who knows everything, beside the methods that are known. */
export async function benchRouting({ quick, plotFile, say }: Bare): Promise<Outcome[]> {
  const seeds = Array.from({ length: quick ? 2 : 24 }, (_, i) => FIRST_SEED + i);
  const shorter = (shape: WorldShape) => (quick ? { ...shape, hours: shape.hours / 8 } : shape);
  const contest = async (
    title: string,
    shape: WorldShape,
    some: readonly number[],
    names: readonly string[],
  ) => {
    const regrets: Record<string, Regret> = {};
    for (const name of names) {
      const regret = await measureRegret(shorter(shape), some, CONTENDERS[name]!);
      regrets[name] = regret;
      const worst = percent(Math.max(...regret.bySeed));
      say(`${title}, ${name}: ${percent(mean(regret.bySeed)).toFixed(2)} %, worst ${worst.toFixed(2)} %`);
    }
    return regrets;
  };

  const steady = await contest('3/s', STEADY_STREAM, seeds, Object.keys(CONTENDERS));
  const thin = await contest('0.2/s', THIN_STREAM, seeds, Object.keys(CONTENDERS));
  const still = await contest('stationary', STATIONARY, seeds, [STATIC, BEST_KNOWN, OURS]);
  const worse = still[OURS]!.bySeed.map((one, i) => one - still[STATIC]!.bySeed[i]!);
  const outcomes = [
    regretRow('3/s, mean', steady, mean, 2.5),
    regretRow('3/s, worst', steady, (all) => Math.max(...all), 4),
    regretRow('0.2/s, mean', thin, mean, 7),
    row('stationary', Math.max(...worse), 1, 'worst seed, more than static priority loses', worse),
  ];
  for (const receipts of ['honest', 'absent'] as const) {
    const found = MESSAGES_PER_SECOND.flatMap((perSecond) =>
      seeds.map((seed) => ({
        perSecond,
        seed,
        found: countUntilFound(seed, perSecond, receipts, 'blackHole'),
      })),
    );
    for (const perSecond of MESSAGES_PER_SECOND) {
      const some = found.filter((one) => one.perSecond === perSecond).map((one) => one.found);
      say(
        `black hole at ${perSecond}/s, receipts ${receipts}: found after ${mean(some).toFixed(1)}, at most ${Math.max(...some)}`,
      );
      outcomes.push({
        row: `routing: black hole at ${perSecond}/s`,
        measured: { value: Math.max(...some), unit: 'messages' },
        target: { atMost: 30 },
        note: `receipts ${receipts}; worst seed, mean ${mean(some).toFixed(1)}`,
        runs: found,
      });
    }
  }
  const faked = MESSAGES_PER_SECOND.flatMap((perSecond) =>
    seeds.map((seed) => shareOfFaker(seed, perSecond)),
  );
  outcomes.push(
    row('faked receipts', Math.max(...faked), 5, 'of traffic after 500 messages, worst seed', faked),
  );
  const batches = await timeDecisions(
    quick ? { warmUp: 200, batches: 2, perBatch: 100 } : { warmUp: 5_000, batches: 100, perBatch: 100 },
  );
  outcomes.push({
    row: 'routing: decision',
    measured: { value: median(batches), unit: 'µs' },
    target: { atMost: 20 },
    note: '50 candidates, 20 countries, the evidence changes between any two; median of 100 batches',
    runs: batches.map((value) => ({ value })),
  });
  for (const [name, shape] of Object.entries(OTHERS)) {
    const few = await contest(name, shape, seeds.slice(0, quick ? 1 : 4), [BEST_KNOWN, OURS]);
    const ours = mean(few[OURS]!.bySeed);
    const known = mean(few[BEST_KNOWN]!.bySeed);
    outcomes.push({
      row: `routing: ${name}`,
      measured: { value: percent(ours), unit: '%' },
      beside: { value: percent(known), unit: '%' },
      ratio: ours / known,
      target: { atMost: 1 },
      note: `regret beside ${BEST_KNOWN}`,
      runs: Object.entries(few).map(([policy, { bySeed }]) => ({ policy, bySeed })),
    });
  }
  if (plotFile !== undefined) {
    const lines = Object.entries(steady).map(([name, { overTime }]) => ({
      name,
      values: overTime.map(percent),
    }));
    await writeFile(
      plotFile,
      drawLines('Regret so far, % of what an oracle earns (3 messages/s, 24 seeds)', lines, 15),
    );
    say(`plot: ${plotFile}`);
  }
  return outcomes;
}

/**
 * In a thread that has seen nothing else, as a worker's: behind all those worlds, which are of other shapes, a decision
 * took 28 µs instead of 18.
 * @returns microseconds
 */
async function timeDecisions(workerData: DecisionBatches): Promise<number[]> {
  const thread = new Worker(new URL('./routing/decision-thread.ts', import.meta.url), { workerData });
  const [batches] = (await once(thread, 'message')) as [number[]];
  await thread.terminate();
  return batches;
}

function percent(share: number): number {
  return 100 * share;
}

function row(name: string, share: number, atMost: number, note: string, runs: readonly number[]): Outcome {
  return {
    row: `routing: ${name}`,
    measured: { value: percent(share), unit: '%' },
    target: { atMost },
    note,
    runs: runs.map((value) => ({ value })),
  };
}

function regretRow(
  name: string,
  regrets: Readonly<Record<string, Regret>>,
  of: (bySeed: readonly number[]) => number,
  atMost: number,
): Outcome {
  const others = Object.entries(regrets).filter(([policy]) => policy !== OURS);
  const [next, known] = others.reduce((a, b) => (of(b[1].bySeed) < of(a[1].bySeed) ? b : a));
  return {
    row: `routing: ${name}`,
    measured: { value: percent(of(regrets[OURS]!.bySeed)), unit: '%' },
    beside: { value: percent(of(known.bySeed)), unit: '%' },
    target: { atMost },
    note: `regret against the oracle; beside: ${next}, the best of the others`,
    runs: Object.entries(regrets).map(([policy, { bySeed }]) => ({ policy, bySeed })),
  };
}

import type { Ground } from './ground/ground.ts';
import { createWorld, type World } from './growth/world.ts';
import { startLoad } from './load/load.ts';
import { alternate } from './measure/alternate.ts';
import type { Outcome } from './measure/outcome.ts';

const FEW = 10_000;
const MANY = 5_000_000;
// Claim first: the others leave messages behind that are due.
const QUESTIONS = ['claim', 'start', 'check', 'status'] as const satisfies (keyof World)[];

/** How much slower it gets with what happened before. */
export async function benchGrowth(ground: Ground): Promise<Outcome[]> {
  const fewRows = ground.quick ? FEW / 10 : FEW;
  const manyRows = ground.quick ? MANY / 250 : MANY;
  await using load = await startLoad(ground);
  const worlds = await Promise.all([createWorld(ground, load, fewRows), createWorld(ground, load, manyRows)]);
  await using few = worlds[0];
  await using many = worlds[1];
  const outcomes: Outcome[] = [];
  for (const question of QUESTIONS) {
    if (!ground.quick) {
      await few[question]();
      await many[question]();
    }
    const unit = `${question === 'status' ? 'querie' : question}s/s`;
    const { ours, ceiling, ratio, runs } = await alternate(ground, unit, few[question], many[question]);
    outcomes.push({
      row: `growth: ${question}`,
      measured: { value: ceiling, unit },
      beside: { value: ours, unit: `with ${fewRows.toLocaleString('en-US')}` },
      ratio,
      target: { atMost: 1.2 },
      note: `times slower with ${manyRows.toLocaleString('en-US')} old rows`,
      runs: runs.map((run) => ({ few: run.ours, many: run.ceiling, slower: run.ratio })),
    });
  }
  return outcomes;
}

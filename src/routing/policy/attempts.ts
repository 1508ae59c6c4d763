import type { Ages } from './ages.ts';
import type { Attempt } from './attempt.ts';
import { moveInSilence } from './silence.ts';
import { countStage } from './stage-counts.ts';

/** The attempts that may still convert, each counted in its cells at the stage of its age. */
export interface Attempts {
  /** The latest moment that anything was told of. */
  clock: number;
  get(id: string): Attempt | undefined;
  add(attempt: Attempt): void;
  remove(attempt: Attempt): void;
  /** Moves every attempt to the stage of its age. */
  advance(now: number): void;
}

/** 300 messages a second for ten minutes; beyond it the oldest are taken for failed before their time. */
const MOST = 180_000;

/** @param onExpired the code of an attempt has expired in silence; it is removed already */
export function createAttempts(ages: Ages, onExpired: (attempt: Attempt) => void): Attempts {
  const byId = new Map<string, Attempt>();
  // One queue for each stage: all attempts age alike, so each is in the order of sending.
  const queues = Array.from({ length: ages.count }, () => ({ line: [] as Attempt[], head: 0 }));

  function remove(attempt: Attempt): void {
    if (!attempt.open) return;
    attempt.open = false;
    byId.delete(attempt.id);
    for (const cell of attempt.cells) {
      countStage(cell.waiting, attempt.stage, -1);
      cell.version += 1;
    }
  }

  function move(attempt: Attempt, now: number): void {
    if (now - attempt.sentAt >= ages.to[ages.count - 1]!) {
      remove(attempt);
      onExpired(attempt);
      return;
    }
    const stage = ages.stageOf(now - attempt.sentAt);
    for (const cell of attempt.cells) {
      countStage(cell.waiting, attempt.stage, -1);
      countStage(cell.waiting, stage, 1);
      moveInSilence(cell.noLife, attempt, stage);
      moveInSilence(cell.noConversion, attempt, stage);
    }
    attempt.stage = stage;
    queues[stage]!.line.push(attempt);
  }

  const attempts: Attempts = {
    clock: 0,
    get: (id) => byId.get(id),
    add(attempt) {
      if (byId.size >= MOST) {
        const [oldest] = byId.values();
        remove(oldest!);
        onExpired(oldest!);
      }
      byId.set(attempt.id, attempt);
      for (const cell of attempt.cells) {
        countStage(cell.waiting, attempt.stage, 1);
        cell.version += 1;
      }
      queues[attempt.stage]!.line.push(attempt);
    },
    remove,
    advance(now) {
      if (now <= attempts.clock) return;
      attempts.clock = now;
      // From the oldest: what comes from the stage before is then looked at in the next one only once.
      for (let stage = ages.count - 1; stage >= 0; stage--) {
        const queue = queues[stage]!;
        const { line } = queue;
        const until = ages.to[stage]!;
        while (queue.head < line.length) {
          const attempt = line[queue.head]!;
          if (attempt.open && now - attempt.sentAt < until) break;
          queue.head += 1;
          if (attempt.open) move(attempt, now);
        }
        if (queue.head > 512 && queue.head * 2 > line.length) {
          line.splice(0, queue.head);
          queue.head = 0;
        }
      }
    },
  };
  return attempts;
}

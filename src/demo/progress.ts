import type { Course } from './verify.ts';

export interface Progress {
  update(started: number, courses: readonly Course[]): void;
  end(courses: readonly Course[]): void;
}

const BAR_WIDTH = 30;
const EVERY_MS = 100;
// Without a terminal a line now and then, so that a log stays readable.
const EVERY_MS_IN_A_LOG = 5_000;

/** A bar that is drawn over itself in a terminal. */
export function createProgress(total: number): Progress {
  const inTerminal = process.stdout.isTTY;
  let drawnAt = 0;

  function draw(started: number, courses: readonly Course[]): void {
    drawnAt = Date.now();
    const approved = courses.filter((course) => course.outcome === 'approved').length;
    const filled = Math.round((BAR_WIDTH * courses.length) / total);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    const line = `${bar} ${courses.length}/${total}  approved ${approved}  under way ${started - courses.length}  other ${courses.length - approved}`;
    process.stdout.write(inTerminal ? `\r\x1b[2K${line}` : `${line}\n`);
  }

  return {
    update(started, courses) {
      if (Date.now() - drawnAt >= (inTerminal ? EVERY_MS : EVERY_MS_IN_A_LOG)) draw(started, courses);
    },
    end(courses) {
      draw(courses.length, courses);
      if (inTerminal) process.stdout.write('\n');
    },
  };
}

export interface Output {
  isTTY?: boolean | undefined;
  write(text: string): unknown;
}

export interface Progress {
  update(label: string, done: number, total: number): void;
  /** A line of its own. */
  say(line: string): void;
}

const WIDTH = 30;
const EVERY_MS = 100;
// Without a terminal a line now and then, so that a log stays readable.
const EVERY_MS_IN_A_LOG = 1_000;

/** A bar that is drawn over itself in a terminal; lines elsewhere. */
export function createProgress(out: Output, clock: () => number): Progress {
  let drawnAt = -Infinity;
  let open = false;
  return {
    update(label, done, total) {
      const isLast = done >= total;
      if (!isLast && clock() - drawnAt < (out.isTTY ? EVERY_MS : EVERY_MS_IN_A_LOG)) return;
      drawnAt = isLast ? -Infinity : clock();
      const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
      if (!out.isTTY) return void out.write(`${label}: ${done} of ${total} (${percent} %)\n`);
      const filled = Math.round((WIDTH * percent) / 100);
      out.write(
        `\r\x1b[2K${label}  ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}  ${done}/${total}  ${percent} %`,
      );
      open = !isLast;
      if (isLast) out.write('\n');
    },
    say(line) {
      if (open) out.write('\n');
      open = false;
      out.write(`${line}\n`);
    },
  };
}

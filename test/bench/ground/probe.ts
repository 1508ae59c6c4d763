import { answerQuestions } from './rpc.ts';

/**
 * Loaded into a process before its program (`--import`): tells what the process used so far. It does
 * nothing between two questions, and does not keep the process alive.
 */
export type Probe = {
  /** User and system, of all threads. */
  cpuSeconds(): number;
  /** After a full collection of garbage, when the process runs with `--expose-gc`. */
  residentBytes(): Promise<number>;
};

// One collection leaves what finalizers and weak references held; the allocator gives pages back late.
const COLLECTIONS = 4;
const SETTLE_MS = 250;

const probe: Probe = {
  cpuSeconds() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
  async residentBytes() {
    for (let i = 0; i < COLLECTIONS; i++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    }
    return process.memoryUsage.rss();
  },
};

answerQuestions(probe);
process.channel?.unref();

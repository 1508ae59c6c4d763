import { answerQuestions } from './rpc.ts';
import { countUsage, cpuSeconds, settledMemory, type Memory, type Usage } from './usage.ts';

/**
 * Loaded into a process before its program (`--import`): tells what the process used so far. It does
 * nothing between two questions, and does not keep the process alive.
 */
export type Probe = {
  cpuSeconds(): number;
  settledMemory(): Promise<Memory>;
  beginCount(): void;
  /** What was used since. */
  endCount(): Usage;
};

let endCount: (() => Usage) | undefined;

answerQuestions({
  cpuSeconds,
  settledMemory,
  beginCount: () => void (endCount = countUsage()),
  endCount: () => endCount!(),
} satisfies Probe);
process.channel?.unref();

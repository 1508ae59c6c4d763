import { answerQuestions } from './rpc.ts';
import { cpuSeconds, createCounting, settledMemory, type Counting, type Memory } from './usage.ts';

/**
 * Loaded into a process before its program (`--import`): tells what the process used so far. It does
 * nothing between two questions, and does not keep the process alive.
 */
export type Probe = Counting & {
  cpuSeconds(): number;
  settledMemory(): Promise<Memory>;
  /** Bytes of physical memory that it has had at most. */
  peakResident(): number;
};

const peakResident = () => process.resourceUsage().maxRSS * 1024;

answerQuestions({ cpuSeconds, settledMemory, peakResident, ...createCounting() } satisfies Probe);
process.channel?.unref();

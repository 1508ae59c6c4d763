import { GCProfiler } from 'node:v8';

/** What a process has used and holds, as it tells itself. */
export interface Memory {
  /** Bytes of physical memory. */
  resident: number;
  /** Of which live objects of JavaScript. */
  heap: number;
  /** Of which buffers and the like. */
  external: number;
}

/** User and system, of all threads. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

// One collection leaves what finalizers and weak references held; the allocator gives pages back late.
const COLLECTIONS = 4;
const SETTLE_MS = 250;

/** After full collections of garbage, when the process runs with `--expose-gc`. */
export async function settledMemory(): Promise<Memory> {
  for (let i = 0; i < COLLECTIONS; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, heap: heapUsed, external };
}

/** What a process used between two questions. */
export interface Usage {
  cpuSeconds: number;
  /** On the heap of JavaScript, whether it is garbage by now or not. */
  allocatedBytes: number;
  /** Of its main thread. */
  gcSeconds: number;
}

/** Begins to count; the function ends it. */
function countUsage(): () => Usage {
  const profiler = new GCProfiler();
  const { heapUsed } = process.memoryUsage();
  const cpu = cpuSeconds();
  profiler.start();
  return () => {
    const collections = profiler.stop().statistics;
    let allocatedBytes = process.memoryUsage().heapUsed - heapUsed;
    let gcMicros = 0;
    for (const { beforeGC, afterGC, cost } of collections) {
      allocatedBytes += beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize;
      gcMicros += cost;
    }
    return { cpuSeconds: cpuSeconds() - cpu, allocatedBytes, gcSeconds: gcMicros / 1e6 };
  };
}

/** What whoever measures a process asks it. */
export type Counting = {
  beginCount(): void;
  /** What was used since. */
  endCount(): Usage;
};

export function createCounting(): Counting {
  let end: (() => Usage) | undefined;
  return { beginCount: () => void (end = countUsage()), endCount: () => end!() };
}

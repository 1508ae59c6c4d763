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

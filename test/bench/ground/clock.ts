/** Milliseconds of the machine's monotonic clock: the same in all its processes, and finer than wall time. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Ctrl-C, and being asked to end. */
export interface Interrupts {
  /** Aborted by the first of them, if nobody else takes it. */
  readonly signal: AbortSignal;
  /** The next Ctrl-C is told to this instead. */
  take(handler: () => void): void;
  /** As if Ctrl-C had been pressed: a terminal that reads lines tells its reader alone. */
  raise(): void;
  /** Listens no more. */
  leave(): void;
}

/** The exit code of who was interrupted, as shells give it. */
const INTERRUPTED = 130;

export function createInterrupts(of: NodeJS.Process): Interrupts {
  const controller = new AbortController();
  let handler: (() => void) | undefined;
  let raised = false;
  function raise(): void {
    // Pressed again, it means it.
    if (raised) of.exit(INTERRUPTED);
    raised = true;
    if (handler) handler();
    else controller.abort(new Interrupted());
  }
  const end = () => controller.abort(new Interrupted());
  of.on('SIGINT', raise);
  of.on('SIGTERM', end);
  of.on('SIGHUP', end);
  return {
    signal: controller.signal,
    take: (taken) => void (handler = taken),
    raise,
    leave() {
      of.off('SIGINT', raise);
      of.off('SIGTERM', end);
      of.off('SIGHUP', end);
    },
  };
}

/** Somebody pressed Ctrl-C. */
export class Interrupted extends Error {}

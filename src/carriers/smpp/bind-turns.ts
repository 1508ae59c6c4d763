import { setTimeout as sleep } from 'node:timers/promises';

// Between two binds, half of it left to chance.
const PAUSE_MS = 100;

/** Has the links of a carrier bind one after the other: parallel binds are refused (RALYBND). */
export class BindTurns {
  readonly #random: () => number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(random: () => number) {
    this.#random = random;
  }

  /**
   * Waits until nobody else binds, or `signal` says that it is of no use any more.
   * @returns to be called when the bind has succeeded or failed
   */
  async take(signal: AbortSignal): Promise<() => void> {
    const before = this.#last;
    const turn = Promise.withResolvers<void>();
    this.#last = before.then(() => turn.promise);
    const stopped = Promise.withResolvers<void>();
    const stop = () => stopped.resolve();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    await Promise.race([before, stopped.promise]);
    signal.removeEventListener('abort', stop);
    if (signal.aborted) turn.resolve();
    return () => {
      const pauseMs = PAUSE_MS * (0.5 + this.#random() / 2);
      void sleep(pauseMs, undefined, { signal })
        .catch(() => {})
        .then(() => turn.resolve());
    };
  }
}

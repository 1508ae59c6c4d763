/**
 * The places for requests that wait for their answers. A request that finds none may queue behind the
 * others; whoever asks for a free place sees none while somebody queues.
 */
export class Window {
  readonly size: number;
  readonly #queue: (() => void)[] = [];
  readonly #onFree: () => void;
  #drained: (() => void)[] = [];
  #taken = 0;
  #wasFull = false;

  /** `onFree` hears when there is a place again after there was none. */
  constructor(size: number, onFree: () => void) {
    this.size = size;
    this.#onFree = onFree;
  }

  get inFlight(): number {
    return this.#taken;
  }

  get free(): number {
    return this.#queue.length > 0 ? 0 : this.size - this.#taken;
  }

  /** Takes a place when there is one. */
  tryTake(): boolean {
    if (this.free === 0) return false;
    this.#taken += 1;
    if (this.#taken === this.size) this.#wasFull = true;
    return true;
  }

  /** Takes a place as soon as there is one, in the order of asking. */
  take(): Promise<void> {
    if (this.tryTake()) return Promise.resolve();
    this.#wasFull = true;
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  /** Gives a place back. */
  release(): void {
    const next = this.#queue.shift();
    if (next !== undefined) return next();
    this.#taken -= 1;
    if (this.#taken === 0) for (const resolve of this.#drained.splice(0)) resolve();
    if (!this.#wasFull) return;
    this.#wasFull = false;
    this.#onFree();
  }

  /** Settles when nothing is in flight any more. */
  drained(): Promise<void> {
    if (this.#taken === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }
}

/** Where a stream has its values from. */
export interface StreamSource<T> {
  /** The next one, if it is there. */
  take(): T | undefined;
  /** Nothing is there: settles when it is worth taking again. Default: sleeps until it is woken. */
  idle?(): Promise<void>;
  /** Once, however the stream ends: by its reader, or by {@link Stream.end}. */
  onEnd(): void;
}

/**
 * One reader's way through values that go on coming. A class, as are readers and feeds: there are as many as
 * subscribers, of whom each keeps 15 KB on the heap; 20 KB when these were objects with closures of their own.
 */
export abstract class Stream<T> implements AsyncIterableIterator<T, undefined> {
  #ended = false;
  #failure: Error | undefined;
  /** Woken since it was last looked whether there is something. */
  #awake = false;
  #wakeUp: (() => void) | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** The next value, if it is there. */
  protected abstract take(): T | undefined;

  /** Nothing is there: settles when it is worth taking again. */
  protected idle(): Promise<void> {
    return this.sleep();
  }

  /** Once, however it ends: by its reader, or by {@link end}. */
  protected abstract leave(): void;

  get ended(): boolean {
    return this.#ended;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    // One after the other, also when the reader does not wait for its answers.
    const result = this.#turn.then(() => this.#step());
    this.#turn = result.catch(() => {});
    return result;
  }

  async #step(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      this.#awake = false;
      const value = this.#ended ? undefined : this.take();
      if (value !== undefined) return { value, done: false };
      if (this.#ended) {
        const error = this.#failure;
        this.#failure = undefined;
        if (error) throw error;
        return { value: undefined, done: true };
      }
      await this.idle();
    }
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  /** There may be something to take. */
  wake(): void {
    this.#awake = true;
    this.#wakeUp?.();
  }

  /** Settles when somebody wakes it, when it ends, or after so many milliseconds. */
  sleep(ms?: number): Promise<void> {
    if (this.#awake || this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      if (ms === undefined) return void (this.#wakeUp = resolve);
      const timer = setTimeout(resolve, ms).unref();
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** What waits is not taken any more; with an error, the reader gets that. */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = error;
    this.leave();
    this.wake();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** A stream of what a source has. */
export function createStream<T>(source: StreamSource<T>): Stream<T> {
  return new SourcedStream(source);
}

class SourcedStream<T> extends Stream<T> {
  readonly #source: StreamSource<T>;

  constructor(source: StreamSource<T>) {
    super();
    this.#source = source;
  }

  protected override take(): T | undefined {
    return this.#source.take();
  }

  protected override idle(): Promise<void> {
    return this.#source.idle?.() ?? super.idle();
  }

  protected override leave(): void {
    this.#source.onEnd();
  }
}

/** The oldest of the values that wait, each under a name of its own: a newer one takes the place of an older. */
export function takeFirst<T>(waiting: Map<unknown, T>): T | undefined {
  for (const [name, value] of waiting) {
    waiting.delete(name);
    return value;
  }
  return undefined;
}

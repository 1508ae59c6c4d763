/** Where a stream has its values from. */
export interface StreamSource<T> {
  /** The next one, if it is there. */
  take(): T | undefined;
  /** Nothing is there: settles when it is worth taking again. Default: sleeps until it is woken. */
  idle?(): Promise<void>;
  /** Once, however the stream ends: by its reader, or by {@link Stream.end}. */
  onEnd(): void;
}

/** One reader's way through values that go on coming. */
export interface Stream<T> extends AsyncIterableIterator<T, undefined> {
  next(): Promise<IteratorResult<T, undefined>>;
  return(): Promise<IteratorReturnResult<undefined>>;
  readonly ended: boolean;
  /** There may be something to take. */
  wake(): void;
  /** Settles when somebody wakes it, when it ends, or after so many milliseconds. */
  sleep(ms?: number): Promise<void>;
  /** What waits is not taken any more; with an error, the reader gets that. */
  end(error?: Error): void;
}

export function createStream<T>(source: StreamSource<T>): Stream<T> {
  let ended = false;
  let failure: Error | undefined;
  /** Woken since it was last looked whether there is something. */
  let awake = false;
  let wakeUp: (() => void) | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  async function step(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      awake = false;
      const value = ended ? undefined : source.take();
      if (value !== undefined) return { value, done: false };
      if (ended) {
        const error = failure;
        failure = undefined;
        if (error) throw error;
        return { value: undefined, done: true };
      }
      await (source.idle ? source.idle() : stream.sleep());
    }
  }

  const stream: Stream<T> = {
    get ended() {
      return ended;
    },
    next() {
      // One after the other, also when the reader does not wait for its answers.
      const result = turn.then(step);
      turn = result.catch(() => {});
      return result;
    },
    return() {
      stream.end();
      return Promise.resolve({ value: undefined, done: true });
    },
    wake() {
      awake = true;
      wakeUp?.();
    },
    sleep(ms) {
      if (awake || ended) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = ms === undefined ? undefined : setTimeout(resolve, ms).unref();
        wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
    end(error) {
      if (ended) return;
      ended = true;
      failure = error;
      source.onEnd();
      stream.wake();
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}

/** The oldest of the values that wait, each under a name of its own: a newer one takes the place of an older. */
export function takeFirst<T>(waiting: Map<unknown, T>): T | undefined {
  for (const [name, value] of waiting) {
    waiting.delete(name);
    return value;
  }
  return undefined;
}

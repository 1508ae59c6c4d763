import type { Principal } from '../accounts/principal.ts';
import type { App } from '../platform.ts';
import { actorOf } from './actor.ts';
import { noteApart } from './append.ts';
import { mergeReads, type DoneRead, type Shown } from './note-reads.ts';

/** What one event stream shows. */
export interface StreamReads {
  /** @returns undefined: at once; else when it may be given out, rejecting when it may not */
  add(shown: readonly Shown[]): Promise<void> | undefined;
}

/** What is shown by streams that go on, until it is written. */
export interface StreamReadLog extends AsyncDisposable {
  add(reads: readonly DoneRead[]): Promise<void> | undefined;
  /** Writes what waits. */
  write(): Promise<void>;
}

const WRITE_MS = 1_000;
/** More than this waits for the database. */
const MAX_WAITING = 20_000;

/**
 * Notes what a stream shows. Its first number is noted before it is given out, so nobody sees any who is not in the
 * log as one who watches. What it shows from there on is noted once a second for all streams: a commit for each event
 * would be most of what an event costs. While that cannot be written, streams wait for it and show nothing more; with
 * a process that dies goes the last second of it, not the entry of the stream.
 */
export function streamReadsOf(app: App, who: Principal): StreamReads {
  const { accountId } = who;
  let isNoted = false;
  return {
    add(shown) {
      if (shown.length === 0) return undefined;
      const actor = actorOf(who);
      const reads = shown.map((one) => ({ ...one, accountId, actor }));
      if (isNoted) return app.single(createStreamReadLog).add(reads);
      return noteApart(app, mergeReads(reads, { stream: 'begins' })).then(() => void (isNoted = true));
    },
  };
}

export function createStreamReadLog(app: App): StreamReadLog {
  let waiting: DoneRead[] = [];
  let names = new Set<string>();
  let writing: Promise<void> = Promise.resolve();
  let isFailing = false;

  /** Behind what is being written: all that waits by now is written when it resolves. */
  function write(): Promise<void> {
    const written = writing.then(writeWaiting);
    writing = written.catch(() => undefined);
    return written;
  }

  async function writeWaiting(): Promise<void> {
    if (waiting.length === 0) return;
    const reads = waiting;
    waiting = [];
    names = new Set();
    try {
      await noteApart(app, mergeReads(reads, { stream: 'goes_on' }));
      isFailing = false;
    } catch (error) {
      isFailing = true;
      waiting = [...reads, ...waiting];
      throw error;
    }
  }

  const writeQuietly = () =>
    write().catch((error: unknown) => app.log.warn({ err: error }, 'noting what streams have shown failed'));
  const timer = setInterval(() => void writeQuietly(), WRITE_MS);
  timer.unref();

  return {
    add(reads) {
      for (const read of reads) {
        const { actor, action, target } = read;
        const name = `${target} ${action} ${actor.id} ${actor.session} ${actor.address}`;
        if (names.has(name)) continue;
        names.add(name);
        waiting.push(read);
      }
      return isFailing || waiting.length > MAX_WAITING ? write() : undefined;
    },
    write,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await writeQuietly();
    },
  };
}

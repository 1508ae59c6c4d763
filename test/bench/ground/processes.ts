import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { askable, type Methods, type Remote } from './rpc.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
// Two thirds of a start is reading TypeScript: 2.0 s → 0.7 s for the API from the second one on.
const COMPILE_CACHE = fileURLToPath(new URL('../../../node_modules/.cache/bench-code', import.meta.url));
const READY_MS = 60_000;
const STOP_MS = 20_000;
const LAST_WORDS = 30;

export interface ProcessOptions {
  /** A TypeScript file, from the repository's root. */
  entry: string;
  /** For Node itself. */
  flags?: readonly string[];
  /** The whole environment but PATH, HOME and TMPDIR. */
  env?: Readonly<Record<string, string>>;
  /** The line that says that it is up; without it the process is ready when it runs. */
  ready?: RegExp;
}

/** A process of its own. Disposed, it is asked to stop, and killed when it does not. */
export interface BenchProcess<M extends Methods> extends AsyncDisposable {
  ask: Remote<M>;
}

/** The processes that live: whoever ends the bench, ends them all. */
export interface Processes {
  /** @throws {Error} with its last words, when it ends before it is ready */
  start<M extends Methods>(options: ProcessOptions): Promise<BenchProcess<M>>;
  killAll(): Promise<void>;
}

export function createProcesses(): Processes {
  const living = new Map<ChildProcess, Promise<unknown>>();
  // Also when the bench itself dies of something that nobody caught.
  process.on('exit', () => {
    for (const child of living.keys()) child.kill('SIGKILL');
  });

  return {
    async start<M extends Methods>({ entry, flags = [], env = {}, ready }: ProcessOptions) {
      const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
      const child = fork(entry, [], {
        cwd: ROOT,
        execArgv: [...flags],
        env: { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
        // A Ctrl-C in the terminal is the bench's alone to answer.
        detached: true,
        serialization: 'advanced',
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      const isUp = Promise.withResolvers<void>();
      const lastWords = listen(child, ready, isUp.resolve);
      const closed = once(child, 'close');
      living.set(child, closed);
      void closed.then(() => living.delete(child));
      const ended = closed.then(([code, signal]: unknown[]) => {
        const name = `${entry} ${env['ROLES'] ?? ''}`.trim();
        throw new Error(`${name} ended (${String(signal ?? code)})\n${lastWords.join('\n')}`);
      });
      ended.catch(isUp.reject);
      const timer = setTimeout(() => isUp.reject(new Error(`${entry} was not ready in time`)), READY_MS);
      await isUp.promise.finally(() => clearTimeout(timer));
      return { ask: askable<M>(child, ended), [Symbol.asyncDispose]: () => stop(child, closed) };
    },

    async killAll() {
      for (const child of living.keys()) child.kill('SIGKILL');
      await Promise.all(living.values());
    },
  };
}

/** Reads what it prints, so that it never waits for a reader; keeps the last lines. */
function listen(child: ChildProcess, ready: RegExp | undefined, onReady: () => void): readonly string[] {
  const lastWords: string[] = [];
  for (const input of [child.stdout!, child.stderr!])
    createInterface({ input }).on('line', (line) => {
      lastWords.push(line);
      if (lastWords.length > LAST_WORDS) lastWords.shift();
      if (ready?.test(line)) onReady();
    });
  if (!ready) onReady();
  return lastWords;
}

async function stop(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await closed.finally(() => clearTimeout(timer));
}

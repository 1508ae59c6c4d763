import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What `src/main.ts` prints when it serves and works. */
export const OTPOST_READY = /^Otpost is ready/;

const STOP_TIMEOUT_MS = 15_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Half of what a process costs is to read TypeScript (2.0 s of CPU, 1.3 s from the second one on). */
const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/test-code', import.meta.url));

export interface ProcessOptions {
  /** A TypeScript file, from the repository's root. */
  entry: string;
  args?: readonly string[];
  /** The whole environment but PATH, HOME and TMPDIR: what the tests' own says stays out. */
  env?: Readonly<Record<string, string>>;
  /** The line on stdout or stderr that says that it is up. */
  ready: RegExp;
  timeoutMs?: number;
}

/** Disposed, it is asked to stop, and killed when it does not. */
export interface RunningProcess extends AsyncDisposable {
  pid: number;
  /** What it has printed so far, both streams. */
  lines: readonly string[];
  /** Resolves to its exit code, or to the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  /** Signals its whole process group, as a terminal does on Ctrl-C. */
  signalGroup(signal: NodeJS.Signals): void;
  /** `kill -9`, of this process only; resolves when it is dead. */
  kill(): Promise<void>;
}

export function startOtpost(env: Readonly<Record<string, string>>, args?: readonly string[]) {
  return startProcess({ entry: 'src/main.ts', env, ready: OTPOST_READY, ...(args ? { args } : {}) });
}

/** @throws {Error} with everything it printed, when it ends or the deadline passes before it is ready */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { child, lines, ended } = launch(options);
  const running: RunningProcess = {
    pid: child.pid!,
    lines,
    ended,
    signalGroup: (signal) => void process.kill(-child.pid!, signal),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGINT');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended.finally(() => clearTimeout(timer));
    },
  };
  try {
    await printed(child, options.ready, options.timeoutMs ?? 60_000);
    return running;
  } catch (error) {
    await running.kill();
    throw new Error(`${(error as Error).message}\n${lines.join('\n')}`, { cause: error });
  }
}

/** Runs a program to its end. */
export async function runToEnd(options: Omit<ProcessOptions, 'ready' | 'timeoutMs'>) {
  const { lines, ended } = launch(options);
  return { ended: await ended, lines };
}

function launch({ entry, args = [], env = {} }: Omit<ProcessOptions, 'ready'>) {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
  });
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr])
    createInterface({ input }).on('line', (line) => lines.push(line));
  const killAlong = () => child.kill('SIGKILL');
  process.once('exit', killAlong);
  const ended = once(child, 'close').then(([code, signal]) => {
    process.off('exit', killAlong);
    return (code ?? signal) as number | NodeJS.Signals;
  });
  return { child, lines, ended };
}

async function printed(child: ChildProcess, ready: RegExp, timeoutMs: number): Promise<void> {
  const found = Promise.withResolvers<void>();
  for (const input of [child.stdout!, child.stderr!])
    createInterface({ input }).on('line', (line) => {
      if (ready.test(line)) found.resolve();
    });
  child.once('close', () => found.reject(new Error('The process ended before it was ready')));
  const timer = setTimeout(() => found.reject(new Error(`Not ready within ${timeoutMs} ms`)), timeoutMs);
  await found.promise.finally(() => clearTimeout(timer));
}

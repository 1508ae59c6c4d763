import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

export const PROGRAM = fileURLToPath(new URL('../../src/cli/otpost.js', import.meta.url));

export interface CliOptions {
  /** The whole environment but PATH. */
  env: Readonly<Record<string, string>>;
  cwd?: string;
}

/** The command line program as somebody else runs it. Disposed, it is killed. */
export interface RunningCli extends AsyncDisposable {
  /** What it has printed so far, line by line. */
  out: readonly string[];
  err: readonly string[];
  /** The lines of stdout, which must be JSON. */
  said(): Record<string, unknown>[];
  /** The first of those of a type, once it is there. */
  told(type: string): Promise<Record<string, unknown>>;
  /** Once it has asked this. */
  asked(question: string): Promise<void>;
  type(line: string): void;
  /** No more is typed. */
  hangUp(): void;
  signal(signal: NodeJS.Signals): void;
  ended: Promise<number | NodeJS.Signals>;
}

export function startCli(args: readonly string[], { env, cwd }: CliOptions): RunningCli {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env.PATH, ...env },
    ...(cwd !== undefined && { cwd }),
  });
  const out: string[] = [];
  const err: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => out.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => err.push(line));
  let asked = '';
  child.stderr.on('data', (piece: Buffer) => (asked += piece.toString()));
  // Whoever has ended reads no more.
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  const said = () => out.map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    out,
    err,
    said,
    async told(type) {
      const find = () => said().find((one) => one.type === type);
      await Promise.race([
        until(() => find() !== undefined),
        ended.then((code) => {
          if (!find()) throw new Error(`ended with ${code} and no ${type}:\n${[...out, ...err].join('\n')}`);
        }),
      ]);
      return find()!;
    },
    asked: async (question) => void (await until(() => asked.includes(question))),
    type: (line) => void child.stdin.write(`${line}\n`),
    hangUp: () => void child.stdin.end(),
    signal: (signal) => void child.kill(signal),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs it to its end, with all that is typed. */
export async function runCli(args: readonly string[], options: CliOptions, typed: readonly string[] = []) {
  await using cli = startCli(args, options);
  for (const line of typed) cli.type(line);
  cli.hangUp();
  return { code: await cli.ended, out: [...cli.out], err: [...cli.err] };
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Identity } from './identity.ts';

const READY = 'database system is ready to accept connections';
const LAST_WORDS = 8;

/**
 * For glibc's malloc: what a statement over a batch gives back (16 KB for each of its arrays), the next one takes. By
 * itself it goes back to the system and comes anew, which was half of PostgreSQL's CPU on a virtual machine: a
 * transaction of one start 3.6 → 1.5 ms, one of 23 starts 6.1 → 3.2 ms.
 */
const KEEP_MEMORY = {
  MALLOC_TRIM_THRESHOLD_: '16777216',
  MALLOC_MMAP_THRESHOLD_: '16777216',
  MALLOC_TOP_PAD_: '1048576',
};

/**
 * Runs one of PostgreSQL's programs in its own session. Ctrl-C and a closed terminal signal every process
 * of the foreground group at once, and PostgreSQL would cut the connections over which the app is still
 * draining. So it does not hear of them: the app stops it last.
 */
export function launch(identity: Identity, program: string, args: readonly string[]): ChildProcess {
  const [command = program, ...rest] = [...identity.prefix, program, ...args];
  return spawn(command, rest, {
    detached: true,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', ...KEEP_MEMORY },
    ...identity.spawnAs,
  });
}

/** @throws {Error} with what the program wrote, unless it ends well */
export async function succeeded(child: ChildProcess): Promise<void> {
  const [written, [code]] = await Promise.all([
    text(child.stderr!),
    once(child, 'close') as Promise<[number]>,
  ]);
  if (code !== 0) throw new Error(`PostgreSQL's ${child.spawnfile} failed: ${written.trim()}`);
}

/** @throws {Error} with PostgreSQL's last words when it ends instead of getting ready */
export async function untilReady(server: ChildProcess, log: (line: string) => void): Promise<void> {
  const lastWords: string[] = [];
  const lines = createInterface({ input: server.stderr! });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      log(line);
      lastWords.push(line);
      if (lastWords.length > LAST_WORDS) lastWords.shift();
      if (line.includes(READY)) resolve();
    });
    server.once('error', reject);
    server.once('close', () => reject(new Error(`PostgreSQL did not start:\n${lastWords.join('\n')}`)));
  });
}

/**
 * Fast shutdown: connections are cut, everything committed is on disk.
 * Waits for the end however long its last checkpoint takes.
 */
export async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return;
  const ended = once(server, 'exit');
  server.kill('SIGINT');
  await ended;
}

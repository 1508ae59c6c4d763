import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { findProgram, installPackage } from './apt.ts';
import { freePort } from '../../src/db/embedded/free-port.ts';
import { until } from './until.ts';

const USUAL_PORT = 6379;

export interface TestRedis extends AsyncDisposable {
  url: string;
}

/** A Redis of the test's own. It keeps its port over `restart()`, and loses its data, as nothing is saved. */
export interface PrivateRedis extends TestRedis {
  /** Like `kill -9`: clients see their connections break. */
  stop(): Promise<void>;
  restart(): Promise<void>;
}

/** The Redis that all test files share: use keys and channels that are yours alone, and never flush it. */
export function redisUrl(): string {
  return inject('redisUrl');
}

/**
 * For the run: `REDIS_URL`, or the one on 127.0.0.1:6379, or one of its own.
 * @throws {Error} one line that says what to do, when there is none and none can be installed
 */
export async function findOrStartRedis(): Promise<TestRedis> {
  const nothingToStop = { [Symbol.asyncDispose]: () => Promise.resolve() };
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, ...nothingToStop };
  if (await answersPing(USUAL_PORT)) return { url: `redis://127.0.0.1:${USUAL_PORT}`, ...nothingToStop };
  return startPrivateRedis();
}

export async function startPrivateRedis(): Promise<PrivateRedis> {
  const program = redisServer();
  const dir = await mkdtemp(join(tmpdir(), 'otpost-redis-'));
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async () => {
    const settings = ['--save', '', '--appendonly', 'no', '--bind', '127.0.0.1', '--dir', dir];
    server = spawn(program, ['--port', String(port), ...settings], { stdio: 'ignore' });
    process.once('exit', kill);
    await until(() => answersPing(port), { what: 'A ping to redis-server' });
  };
  const kill = () => server?.kill('SIGKILL');
  const stop = async () => {
    process.off('exit', kill);
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    kill();
    await ended;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    stop,
    restart: async () => {
      await stop();
      await start();
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export function redisServer(): string {
  const find = () => findProgram('redis-server');
  const program = find() ?? (installPackage('redis-server') ? find() : undefined);
  if (program) return program;
  throw new Error('The tests need Redis 7 or newer: install redis-server, or start one and set REDIS_URL.');
}

async function answersPing(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    socket.setTimeout(2_000, () => socket.destroy(new Error('no answer')));
    socket.write('PING\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString().startsWith('+PONG');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { inheritedEnvironment } from '../config.ts';
import { readDevFile, type DevFile } from './dev-file.ts';
import { isReady } from './is-ready.ts';
import type { DemoOptions } from './options.ts';

/** A server to verify against. Disposing it stops the one that was started for the demo. */
export interface DemoServer extends Omit<DevFile, 'simulatorUrl'>, AsyncDisposable {
  /** Not needed for tests. */
  simulatorUrl: string | undefined;
  /** Where it came from, in words. */
  origin: string;
}

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const START_TIMEOUT_MS = 60_000;

/** The server of the options, the one of `dev.json` when it answers, or a new one of its own. */
export async function findServer(options: DemoOptions, dataDir: string): Promise<DemoServer> {
  const { url, apiKey, simulatorUrl } = options;
  if (url && apiKey) return { url, apiKey, testApiKey: apiKey, simulatorUrl, origin: url, ...nothingToStop };
  const running = await readDevFile(dataDir);
  if (running && (await isReady(running.url)))
    return { ...running, origin: `the running server at ${running.url}`, ...nothingToStop };
  return startServer();
}

const nothingToStop = { [Symbol.asyncDispose]: () => Promise.resolve() };

/** Free ports and a folder of its own, so that it meets nothing that runs already. */
async function startServer(): Promise<DemoServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'otpost-demo-'));
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...inheritedEnvironment(),
      DATA_DIR: dataDir,
      PORT: '0',
      SIMULATOR_PORT: '0',
      EXAMPLE_PORT: '0',
      SIMULATOR_SMPP_PORT: '0',
    },
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await untilReady(child.stdout, once(child, 'exit'));
    const started = await readDevFile(dataDir);
    if (!started) throw new Error('the server started, but wrote no dev.json');
    return { ...started, origin: 'a server started for this demo', [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Reads on behind the ready line, too: a pipe that nobody reads would stop the server. */
async function untilReady(stdout: Readable, exited: Promise<unknown>): Promise<void> {
  const ready = new Promise<string>((resolve) => {
    let text = '';
    stdout.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-1_000);
      if (text.includes('Otpost is ready')) resolve('ready');
    });
  });
  const timeout = new Promise<string>((resolve) => setTimeout(resolve, START_TIMEOUT_MS, 'late').unref());
  const outcome = await Promise.race([ready, exited.then(() => 'ended'), timeout]);
  if (outcome !== 'ready') throw new Error('the server did not start');
}

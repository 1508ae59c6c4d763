import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { startEmbeddedPostgres } from '../../../src/db/embedded.ts';

export interface Databases extends AsyncDisposable {
  /** A new and empty one. @returns its address */
  create(): Promise<string>;
  /** Drops one, whoever still uses it. */
  drop(url: string): Promise<void>;
}

/**
 * Databases of the bench's own on `serverUrl`, or on an embedded PostgreSQL with the durable settings
 * that `npm start` gives it. Disposing drops what is left of them.
 * @param settings more parameters for the embedded one
 */
export async function openDatabases(
  serverUrl: string | undefined,
  settings: Record<string, string>,
): Promise<Databases> {
  await using starting = new AsyncDisposableStack();
  const url = serverUrl ?? (await startPostgres(starting, settings));
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  starting.defer(() => sql.end({ timeout: 5 }));
  const prefix = `otpost_bench_${randomBytes(4).toString('hex')}`;
  const names = new Set<string>();
  const drop = async (name: string) => {
    names.delete(name);
    await sql.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  };
  starting.defer(async () => {
    for (const name of names) await drop(name);
  });
  const running = starting.move();
  let created = 0;
  return {
    async create() {
      const name = `${prefix}_${(created += 1)}`;
      names.add(name);
      await sql.unsafe(`CREATE DATABASE ${name}`);
      const address = new URL(url);
      address.pathname = `/${name}`;
      return address.href;
    },
    drop: (address) => drop(new URL(address).pathname.slice(1)),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function startPostgres(stack: AsyncDisposableStack, settings: Record<string, string>): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'otpost-bench-postgres-'));
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  process.once('exit', remove);
  stack.defer(remove);
  // PostgreSQL's own user has to get in when the bench runs as root.
  await chmod(dataDir, 0o711);
  return stack.use(await startEmbeddedPostgres({ dataDir, log: () => undefined, settings })).url;
}

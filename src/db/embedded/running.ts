import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CLUSTER_USER } from './cluster.ts';
import { readPidFile } from './orphan.ts';
import { findOwner } from './owner.ts';

/**
 * The embedded PostgreSQL of an Otpost that runs, for a program beside it.
 * @param dataDir of the whole installation
 * @returns its connection string; undefined when none runs
 */
async function findRunningPostgres(dataDir: string): Promise<string | undefined> {
  const folder = resolve(dataDir, 'postgres');
  if ((await findOwner(folder)) === undefined) return undefined;
  const server = await readPidFile(join(folder, 'cluster'));
  if (!server) return undefined;
  const password = await readFile(join(folder, 'password'), 'utf8');
  return `postgres://${CLUSTER_USER}:${password}@127.0.0.1:${server.port}/postgres`;
}

/** Which database a program beside the server works on: that of one which runs already, on its own. */
export async function databaseBeside({
  databaseUrl,
  dataDir,
}: {
  databaseUrl: string;
  dataDir: string;
}): Promise<string> {
  const running = databaseUrl === 'embedded' ? await findRunningPostgres(dataDir) : undefined;
  return running ?? databaseUrl;
}

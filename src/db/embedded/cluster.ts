import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Identity } from './identity.ts';
import { launch, succeeded } from './server.ts';

/** The one superuser of the cluster. */
export const CLUSTER_USER = 'otpost';

/**
 * Makes the cluster at the first start and leaves it alone at every later one.
 * @returns the superuser's password, kept beside the cluster
 */
export async function ensureCluster(dataDir: string, clusterDir: string, initdb: string, identity: Identity) {
  const passwordFile = resolve(dataDir, 'password');
  if (await stat(clusterDir).catch(() => undefined)) return readFile(passwordFile, 'utf8');

  const password = randomBytes(18).toString('base64url');
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, password, { mode: 0o600 });
  await identity.own(passwordFile);
  // An initdb that is interrupted leaves half a cluster: it gets its name when it is whole.
  const unfinished = `${clusterDir}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await identity.own(unfinished);
  await succeeded(
    launch(identity, initdb, [
      `--pgdata=${unfinished}`,
      `--username=${CLUSTER_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      // The same order of texts on every machine, whatever locales it has.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ]),
  );
  await rename(unfinished, clusterDir);
  return password;
}

import { execFile, spawnSync } from 'node:child_process';
import { chown, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Who PostgreSQL runs as: it refuses to run as root, so root has to lend it another user. */
export interface Identity {
  /** Goes before the command. */
  prefix: readonly string[];
  /** Options of `spawn`. */
  spawnAs: { uid?: number; gid?: number };
  /** Gives a file to this user. */
  own(path: string): Promise<void>;
}

const OURSELVES: Identity = { prefix: [], spawnAs: {}, own: () => Promise.resolve() };

/**
 * @param clusterDir its owner is used, when it exists: a second start must run as the first one did
 * @param mustReach what this user has to get at: PostgreSQL's program and the data directory
 */
export async function postgresIdentity(
  clusterDir: string,
  mustReach: readonly string[],
  log: (line: string) => void,
): Promise<Identity> {
  if (process.getuid?.() !== 0) return OURSELVES;
  const user = (await ownerOf(clusterDir)) ?? (await postgresUser(log));
  const own = (path: string) => chown(path, user.uid, user.gid);
  return mustReach.every((path) => reaches(path, user))
    ? { prefix: [], spawnAs: user, own }
    : { prefix: borrowAccess(user), spawnAs: {}, own };
}

interface User {
  uid: number;
  gid: number;
}

async function ownerOf(path: string): Promise<User | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined;
}

async function postgresUser(log: (line: string) => void): Promise<User> {
  const known = await lookUpUser();
  if (known) return known;
  log('PostgreSQL does not run as root: creating the user "postgres" for it');
  await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']);
  const created = await lookUpUser();
  if (!created)
    throw new Error('The user "postgres" could not be created. Set DATABASE_URL, or do not run as root.');
  return created;
}

async function lookUpUser(): Promise<User | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

function reaches(path: string, user: User): boolean {
  return spawnSync('test', ['-x', path], { ...user, cwd: '/' }).status === 0;
}

/**
 * A checkout below /root (mode 700, the usual place in a container) is out of that user's reach. The
 * capability lets it through directories, and the securebit makes access(2), with which PostgreSQL looks
 * for its own files, heed the capability as open(2) does.
 */
function borrowAccess({ uid, gid }: User): string[] {
  const user = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  const access = [
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--securebits=+no_setuid_fixup',
  ];
  return ['setpriv', ...user, ...access];
}

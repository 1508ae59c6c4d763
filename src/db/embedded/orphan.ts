import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const STOP_TIMEOUT_MS = 15_000;

/** Stops the server that a killed process left running on this cluster, if there is one. */
export async function stopOrphan(clusterDir: string, log: (line: string) => void): Promise<void> {
  const found = await readPidFile(clusterDir);
  // The pid alone proves nothing: after a reboot it may be anybody's. A PostgreSQL that answers on the
  // port beside it does. When none answers, the file is stale and the new server deals with it.
  if (!found || !(await answersAsPostgres(found.port))) return;
  log(`Stopping the PostgreSQL (process ${found.pid}) that an earlier run left behind`);
  process.kill(found.pid, 'SIGINT');
  for (const deadline = Date.now() + STOP_TIMEOUT_MS; Date.now() < deadline; await delay(20)) {
    if (!(await readPidFile(clusterDir))) return;
  }
  throw new Error(
    `PostgreSQL (process ${found.pid}) still runs on ${clusterDir} and does not stop. Stop it by hand.`,
  );
}

/** The server that runs on a cluster, as far as its pid file is right. */
export async function readPidFile(clusterDir: string): Promise<{ pid: number; port: number } | undefined> {
  const content = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pid, , , port] = content.split('\n').map(Number);
  return pid && port ? { pid, port } : undefined;
}

/** Every PostgreSQL answers an SSLRequest with one octet before it asks who we are (protocol 3, §54.2.10). */
async function answersAsPostgres(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    socket.setTimeout(2_000, () => socket.destroy(new Error('no answer')));
    socket.write(Buffer.from('0000000804d2162f', 'hex'));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return 'SNE'.includes(String.fromCharCode(answer[0]!));
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * Makes this process the one owner of a data directory until it is disposed or the process ends.
 *
 * The lock is a listening socket: the kernel closes it however the process dies, so unlike a pid file it
 * is never stale, and it answers whoever asks with the owner's pid.
 * @throws {Error} when a live process owns the directory
 */
export async function ownDataDirectory(dataDir: string): Promise<AsyncDisposable> {
  const address = socketAddress(dataDir);
  const owner = await askOwner(address);
  if (owner !== undefined) {
    throw new Error(
      `The data directory ${dataDir} is in use by another Otpost (process ${owner}). Stop that one first, or ` +
        'give this one its own database with DATABASE_URL.',
    );
  }
  if (process.platform !== 'win32') await rm(address, { force: true });
  const server = createServer((socket) => socket.on('error', () => undefined).end(String(process.pid)));
  server.listen(address).unref();
  await once(server, 'listening');
  return { [Symbol.asyncDispose]: () => close(server) };
}

/** The process that owns a data directory now. */
export function findOwner(dataDir: string): Promise<string | undefined> {
  return askOwner(socketAddress(dataDir));
}

function socketAddress(dataDir: string): string {
  const path = join(dataDir, 'owner.sock');
  if (process.platform === 'win32') return `\\\\.\\pipe\\${path}`;
  // A socket's path may have about 100 octets; from here it is often shorter than from the root.
  const fromHere = relative(process.cwd(), path);
  return fromHere.length < path.length ? fromHere : path;
}

async function askOwner(address: string): Promise<string | undefined> {
  const socket = connect(address);
  try {
    await once(socket, 'connect');
    return await text(socket);
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a server listens, without a slash at its end. @param host as it was told to */
export function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a server can be opened, without a slash at its end. @param host where it was told to listen */
export function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return urlAt(host, port);
}

/** All addresses of a machine are none that can be opened: then its own. */
export function urlAt(host: string, port: number): string {
  const opened = reachableHost(host);
  return `http://${opened.includes(':') ? `[${opened}]` : opened}:${port}`;
}

/** What reaches a server on this machine that listens at `host`. */
export function reachableHost(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}

export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host);
}

/** The names of this machine for itself. */
export const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

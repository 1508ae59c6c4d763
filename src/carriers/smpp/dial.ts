import { connect, isIP, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { certificateProblem, CONFIGURED_TRUST, isAboutCertificate } from '../../outgoing/certificate.ts';
import { checkLiteral, createCheckedLookup } from '../../outgoing/lookup.ts';
import type { Networks } from '../../outgoing/networks.ts';

const TRUST = { ...CONFIGURED_TRUST, name: 'tls.servername of the configuration' };

export interface Target {
  host: string;
  port: number;
  /** Besides public addresses, where it may be. */
  networks: Networks;
  /** Present: the link is encrypted, and the certificate of the peer must be good. */
  tls?: TlsOptions;
}

export interface TlsOptions {
  /** PEM of the authorities to trust instead of the system's. */
  ca?: string | Buffer;
  /** The name that the certificate must have, when it is not `host`. */
  servername?: string;
}

/**
 * Opens a socket, over TLS when asked to, including its handshake.
 * @throws {Error} in words, when it failed, took longer than `timeoutMs`, or `signal` ended it; no socket is left
 */
export function dial(target: Target, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
  const { host, port, tls } = target;
  return new Promise((resolve, reject) => {
    const socket = open(target);
    let problem: string | undefined;
    const stop = (why: string) => {
      problem ??= why;
      socket.destroy();
    };
    const onAbort = () => stop('closed by us');
    const onError = (error: NodeJS.ErrnoException) =>
      stop(
        isAboutCertificate(error)
          ? certificateProblem(error, TRUST)
          : error.message || error.code || 'unknown error',
      );
    const onClose = () => {
      settle();
      reject(new Error(`cannot connect to ${host}:${port}: ${problem ?? 'the peer closed the connection'}`));
    };
    const timer = setTimeout(() => stop(`no connection within ${timeoutMs} ms`), timeoutMs);
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('close', onClose);
    };
    signal.addEventListener('abort', onAbort);
    // Stays: an error between here and its next owner's listener would end the process.
    socket.on('error', onError);
    socket.once('close', onClose);
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      settle();
      resolve(socket);
    });
    if (signal.aborted) onAbort();
  });
}

/** The address that is judged is the one that the socket connects to. */
function open({ host, port, networks, tls }: Target): Socket {
  const rules = { own: networks };
  const to = { host, port, lookup: createCheckedLookup(rules) };
  try {
    checkLiteral(host, rules);
  } catch (error) {
    return new Socket().destroy(error as Error);
  }
  return tls ? connectTls({ ...to, ...tlsOptions(host, tls) }) : connect(to);
}

function tlsOptions(host: string, { ca, servername }: TlsOptions) {
  const name = servername ?? (isIP(host) ? undefined : host);
  return {
    minVersion: 'TLSv1.2' as const,
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
    ...(name !== undefined && { servername: name }),
  };
}

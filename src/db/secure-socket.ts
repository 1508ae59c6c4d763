import { readFile } from 'node:fs/promises';
import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { certificateWords, isAboutCertificate } from '../outgoing/certificate.ts';
import type { DatabaseTls } from './target.ts';

/** Asks for encryption (protocol 3, §54.2.10): the server answers `S`, or `N` when it has none. */
const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex');

/** A server that is not who it should be. One line that says what to look at. */
export class TlsRefused extends Error {
  /** No connection can be made: what waits for the database waits on. */
  readonly code = 'TLS_REFUSED';
}

/**
 * Encrypts a connection to PostgreSQL, and sees to it that the server is the one that was meant.
 * @param socket on its way to the server
 * @throws {TlsRefused} @throws the socket's own error; `socket` is destroyed
 */
export async function secure(
  socket: Socket,
  { host, port }: { host: string; port: number },
  tls: DatabaseTls,
  highWaterMark: number,
): Promise<TLSSocket> {
  const where = `PostgreSQL at ${host}:${port}`;
  try {
    const [files] = await Promise.all([readFiles(tls), settled(socket, 'connect')]);
    const answer = settled(socket, 'data');
    socket.write(SSL_REQUEST);
    const [said] = (await answer) as [Buffer];
    if (said.toString('latin1') !== 'S')
      throw new TlsRefused(
        said[0] === 0x4e
          ? `${where} has no encryption, but DATABASE_URL asks for sslmode=${tls.mode}. Switch ssl on there.`
          : `${where} did not answer like a PostgreSQL server when it was asked for encryption.`,
      );
    const name = isIP(host) ? undefined : host;
    const options = {
      socket,
      ...files,
      // Missing in the types; it reaches the socket that TLS writes to.
      highWaterMark,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: tls.mode !== 'require',
      // By the host also when it is an address: Node itself would look for "localhost".
      checkServerIdentity: (_name, certificate) =>
        tls.mode === 'verify-full' ? checkServerIdentity(host, certificate) : undefined,
      ...(name !== undefined && { servername: name }),
    } satisfies ConnectionOptions & { highWaterMark: number };
    const secured = connectTls(options);
    await settled(secured, 'secureConnect').catch((error: Error) => {
      secured.destroy();
      throw isAboutCertificate(error as NodeJS.ErrnoException)
        ? refusedCertificate(where, tls, error)
        : error;
    });
    return secured;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function readFiles({ rootCertFile, certFile, keyFile }: DatabaseTls) {
  const read = async (name: string, file: string | undefined): Promise<string | undefined> =>
    file === undefined
      ? undefined
      : readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
          throw new TlsRefused(`The ${name} of DATABASE_URL, ${file}, cannot be read (${error.code}).`);
        });
  const [ca, cert, key] = await Promise.all([
    read('sslrootcert', rootCertFile),
    read('sslcert', certFile),
    read('sslkey', keyFile),
  ]);
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

/** Resolves with the first event of a name; rejects when the socket fails or closes before. */
function settled(socket: Socket, event: string): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      socket.off(event, onEvent).off('error', onError).off('close', onClose);
    };
    const onEvent = (...values: unknown[]): void => {
      end();
      resolve(values);
    };
    const onError = (error: Error): void => {
      end();
      // Another error behind the first one must not end the process.
      socket.on('error', () => {});
      reject(error);
    };
    const onClose = (): void => onError(new Error('the connection was closed during the TLS handshake'));
    socket.once(event, onEvent).once('error', onError).once('close', onClose);
  });
}

function refusedCertificate(where: string, { rootCertFile }: DatabaseTls, error: Error): TlsRefused {
  const by = rootCertFile === undefined ? "the system's authorities" : rootCertFile;
  const why = certificateWords(error.message).replaceAll(/\s+/g, ' ').replace(/[.;]$/, '');
  return new TlsRefused(
    `The certificate of ${where} does not verify: ${why}. Trusted are ${by}; check sslrootcert and the host in DATABASE_URL.`,
  );
}

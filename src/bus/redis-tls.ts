import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

/** Files in PEM. */
export interface RedisTlsFiles {
  /** Authorities to trust instead of the system's. */
  ca: string | undefined;
  /** Of a client certificate. */
  cert: string | undefined;
  key: string | undefined;
}

/**
 * How a connection to Redis is encrypted; the server's certificate always has to be good, for the host of the URL.
 * @returns undefined without encryption
 * @throws {Error} in one line, for files without `rediss://`, half a client certificate, a file that cannot be read
 */
export async function readRedisTls(
  url: string,
  files: RedisTlsFiles,
): Promise<ConnectionOptions | undefined> {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'rediss:') {
    if (files.ca ?? files.cert ?? files.key)
      throw new Error('Certificates for Redis are set, but REDIS_URL does not begin with rediss://.');
    return undefined;
  }
  if ((files.cert === undefined) !== (files.key === undefined))
    throw new Error('A client certificate for Redis needs both REDIS_CERT_FILE and REDIS_KEY_FILE.');
  const [ca, cert, key] = await Promise.all([
    read('REDIS_CA_FILE', files.ca),
    read('REDIS_CERT_FILE', files.cert),
    read('REDIS_KEY_FILE', files.key),
  ]);
  return {
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...(!isIP(hostname.replace(/^\[|\]$/g, '')) && { servername: hostname }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

async function read(name: string, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${name}, ${file}, cannot be read (${error.code}).`);
  });
}

/** How a connection to PostgreSQL is encrypted, in the terms of its own clients (libpq). */
export interface DatabaseTls {
  /** `require`: encrypted, whoever answers. `verify-ca`: by a known authority. `verify-full`: for this host, too. */
  mode: 'require' | 'verify-ca' | 'verify-full';
  /** Files in PEM, read anew for every connection; without a root certificate the system's authorities count. */
  rootCertFile: string | undefined;
  certFile: string | undefined;
  keyFile: string | undefined;
}

export interface DatabaseTarget {
  /** For the driver, which knows nothing of the encryption. */
  url: string;
  tls: DatabaseTls | undefined;
}

const MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;

/**
 * Reads the encryption from a connection string: `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, as psql takes them.
 * @throws {Error} in one line, for a mode that may go without encryption, and for half a client certificate
 */
export function readTarget(url: string): DatabaseTarget {
  const at = url.indexOf('?');
  const query = new URLSearchParams(at === -1 ? '' : url.slice(at + 1));
  const take = (name: string): string | undefined => {
    const value = query.get(name) || undefined;
    query.delete(name);
    return value;
  };
  const [asked, rootCert, certFile, keyFile] = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey'].map(take);
  const mode = asked ?? (rootCert === undefined ? 'disable' : 'verify-full');
  if (!isMode(mode))
    throw new Error(
      `DATABASE_URL: sslmode=${mode} is not taken, because it may go without encryption. Say verify-full, verify-ca, require or disable.`,
    );
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new Error('DATABASE_URL: a client certificate needs both sslcert and sslkey.');
  const rest = query.toString();
  const plain = (at === -1 ? url : url.slice(0, at)) + (rest === '' ? '' : `?${rest}`);
  if (mode === 'disable') return { url: plain, tls: undefined };
  const rootCertFile = rootCert === 'system' ? undefined : rootCert;
  return { url: plain, tls: { mode, rootCertFile, certFile, keyFile } };
}

function isMode(mode: string): mode is (typeof MODES)[number] {
  return (MODES as readonly string[]).includes(mode);
}

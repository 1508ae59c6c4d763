import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, installPackage } from './apt.ts';

const run = promisify(execFile);

export interface Certificates {
  /** PEM of the authority. */
  ca: string;
  key: string;
  /** For the name `smsc.test` and nothing else. */
  cert: string;
}

/** Makes an authority and a server certificate of it, for `smsc.test`, with the openssl command. */
export async function makeCertificates(): Promise<Certificates> {
  if (!findProgram('openssl') && !installPackage('openssl'))
    throw new Error('The TLS tests make their certificates with openssl: install it.');
  const folder = await mkdtemp(join(tmpdir(), 'otpost-certificates-'));
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    await openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=Test CA');
    await openssl('req', ...key, '-keyout', 'smsc.key', '-out', 'smsc.csr', '-subj', '/CN=smsc.test');
    await writeFile(join(folder, 'names'), 'subjectAltName=DNS:smsc.test\n');
    const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
    await openssl('x509', '-req', '-in', 'smsc.csr', ...signer, '-days', '2', '-out', 'smsc.crt');
    const [ca, serverKey, cert] = await Promise.all(
      ['ca.crt', 'smsc.key', 'smsc.crt'].map((file) => readFile(join(folder, file), 'utf8')),
    );
    return { ca: ca!, key: serverKey!, cert: cert! };
  } finally {
    await rm(folder, { recursive: true });
  }
}

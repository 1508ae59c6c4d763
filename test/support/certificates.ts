import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, installPackage } from './apt.ts';

const run = promisify(execFile);

/** PEM. */
export interface KeyPair {
  key: string;
  cert: string;
}

export interface Certificates extends KeyPair {
  /** PEM of the authority. */
  ca: string;
  /** Of a client by the name of `clientName`. */
  client: KeyPair;
}

export interface CertificateOptions {
  /** What the server's certificate is for, and nothing else: `DNS:…` and `IP:…`. */
  names?: readonly string[];
  clientName?: string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes an authority, and a server's and a client's certificate of it, with the openssl command. */
export async function makeCertificates({
  names = ['DNS:smsc.test'],
  clientName = 'otpost',
}: CertificateOptions = {}): Promise<Certificates> {
  if (!findProgram('openssl') && !installPackage('openssl'))
    throw new Error('The TLS tests make their certificates with openssl: install it.');
  const folder = await mkdtemp(join(tmpdir(), 'otpost-certificates-'));
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const read = (file: string) => readFile(join(folder, file), 'utf8');
  const issue = async (name: string, subject: string, more: string[]): Promise<KeyPair> => {
    await openssl('req', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${subject}`);
    const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', ...more];
    await openssl('x509', '-req', '-in', `${name}.csr`, ...signer, '-days', '2', '-out', `${name}.crt`);
    return { key: await read(`${name}.key`), cert: await read(`${name}.crt`) };
  };
  try {
    await openssl('req', '-x509', ...KEY, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=Test CA');
    await writeFile(join(folder, 'names'), `subjectAltName=${names.join(',')}\n`);
    const server = await issue('server', names[0]!.replace(/^\w+:/, ''), ['-extfile', 'names']);
    return { ca: await read('ca.crt'), ...server, client: await issue('client', clientName, []) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

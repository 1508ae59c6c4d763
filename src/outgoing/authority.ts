import { X509Certificate } from 'node:crypto';
import { z } from 'zod';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** An authority of the peer's own, for `tls.ca` of a configuration: one certificate or several, PEM. */
export const Authority = z
  .string()
  .min(1)
  .max(100_000)
  .refine(isAuthority, 'Certificates in PEM: -----BEGIN CERTIFICATE----- …');

function isAuthority(pem: string): boolean {
  const certificates = pem.match(CERTIFICATE) ?? [];
  try {
    return certificates.map((one) => new X509Certificate(one)).length > 0;
  } catch {
    return false;
  }
}

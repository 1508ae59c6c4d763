import { expect, test } from 'vitest';
import { certificateProblem, isAboutCertificate } from '../../../src/outgoing/certificate.ts';

const ADVICE = '; if the root CA is installed locally, try running Node.js with --use-system-ca';
const leaf = {
  code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  message: `unable to verify the first certificate${ADVICE}`,
};

test('nobody is told to start Node with a flag', () => {
  for (const settings of [undefined, { authorities: 'tls.ca' }])
    expect(certificateProblem(leaf, settings)).not.toContain('Node');
});

test('of an authority that is not known it is said which setting trusts it, where there is one', () => {
  const said =
    'the certificate does not verify: unable to verify the first certificate (UNABLE_TO_VERIFY_LEAF_SIGNATURE)';
  expect(certificateProblem(leaf)).toBe(said);
  expect(certificateProblem(leaf, { authorities: 'tls.ca' })).toBe(
    `${said}; if it is of an authority of its own, give that (PEM) in tls.ca`,
  );
});

test('of a certificate for another name, and of one that is over, no authority is asked for', () => {
  const other = { code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: 'Host: a is not in the altnames: DNS:b' };
  const settings = { authorities: 'tls.ca', name: 'tls.servername' };
  expect(certificateProblem(other, settings)).toMatch(
    /; if that is right, give its name in tls\.servername$/,
  );
  const over = { code: 'CERT_HAS_EXPIRED', message: 'certificate has expired' };
  expect(certificateProblem(over, settings)).toBe(
    'the certificate does not verify: certificate has expired (CERT_HAS_EXPIRED)',
  );
});

test('an error of another kind is none of a certificate', () => {
  for (const code of ['ECONNRESET', 'ERR_TLS_HANDSHAKE_TIMEOUT', undefined])
    expect(isAboutCertificate({ code })).toBe(false);
  for (const code of [
    'CERT_HAS_EXPIRED',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    leaf.code,
  ])
    expect(isAboutCertificate({ code })).toBe(true);
});

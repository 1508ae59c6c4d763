import { beforeAll, expect, test } from 'vitest';
import { makeCertificates, type Certificates } from '../support/certificates.ts';
import { TestCarrier } from '../support/smpp-carrier.ts';
import { ForeignSmsc } from '../support/smpp-foreign.ts';
import { listenRaw } from '../support/smpp-peers.ts';
import { until } from '../support/until.ts';

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

test('a link over TLS to a peer with a good certificate carries messages', async () => {
  await using smsc = await ForeignSmsc.start({ tls: certificates });
  const tls = { ca: certificates.ca, servername: 'smsc.test' };
  await using link = await new TestCarrier(smsc.port, { tls }).up();
  expect(await link.submit()).toMatchObject({ kind: 'accepted' });
});

test('a certificate of an authority that we do not know is refused, in words, before the password is told', async () => {
  await using smsc = await ForeignSmsc.start({ tls: certificates });
  await using link = new TestCarrier(smsc.port, { tls: { servername: 'smsc.test' } });
  const problem = await until(() => link.carrier.health().problem);
  expect(problem).toMatch(
    /^cannot connect to 127\.0\.0\.1:\d+: the certificate does not verify: .* tls\.ca of/,
  );
  expect(problem).not.toMatch(/node|--use/i);
  expect(await link.submit()).toMatchObject({ kind: 'unavailable', reason: problem });
  expect(smsc.pdus).toEqual([]);
});

test('a certificate for another name is refused', async () => {
  await using smsc = await ForeignSmsc.start({ tls: certificates });
  const tls = { ca: certificates.ca, servername: 'other.test' };
  await using link = new TestCarrier(smsc.port, { tls });
  const problem = await until(() => link.carrier.health().problem);
  expect(problem).toMatch(/other\.test.* tls\.servername of/);
  expect(smsc.pdus).toEqual([]);
});

test('a certificate that does not name the address is refused when no name is configured', async () => {
  await using smsc = await ForeignSmsc.start({ tls: certificates });
  await using link = new TestCarrier(smsc.port, { tls: { ca: certificates.ca } });
  expect(await until(() => link.carrier.health().problem)).toContain('127.0.0.1');
});

test('a peer that never finishes the handshake is given up', async () => {
  await using mute = await listenRaw(() => {});
  await using link = new TestCarrier(mute.port, { tls: { ca: certificates.ca }, bindTimeoutMs: 50 });
  expect(await until(() => link.carrier.health().problem)).toContain('no connection within 50 ms');
});

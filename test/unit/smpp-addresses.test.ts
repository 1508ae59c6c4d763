import { describe, expect, test } from 'vitest';
import { createNetworks } from '../../src/outgoing/networks.ts';
import { makeCertificates } from '../support/certificates.ts';
import { TestCarrier } from '../support/smpp-carrier.ts';
import { ForeignSmsc } from '../support/smpp-foreign.ts';
import { listenRaw } from '../support/smpp-peers.ts';
import { until } from '../support/until.ts';

const NOWHERE = createNetworks([]);

describe('a carrier over SMPP that is not in a public network', () => {
  // The last ones are how inet_aton writes 127.0.0.1.
  test.each(['127.0.0.1', 'localhost', '127.1', '2130706433', '0x7f000001', '::ffff:127.0.0.1'])(
    'is not connected to at %s, and the health says what to set',
    async (host) => {
      let connections = 0;
      await using peer = await listenRaw(() => (connections += 1));
      await using link = new TestCarrier(peer.port, { host, networks: NOWHERE });
      const problem = await until(() => link.carrier.health().problem);
      expect(problem).toMatch(/^cannot connect to .*OTPOST_PRIVATE_NETWORKS/);
      expect(await link.submit()).toMatchObject({ kind: 'unavailable', reason: problem });
      expect(connections).toBe(0);
    },
  );

  test('is not connected to over TLS either', async () => {
    const { ca } = await makeCertificates();
    let connections = 0;
    await using peer = await listenRaw(() => (connections += 1));
    for (const host of ['127.0.0.1', 'localhost']) {
      await using link = new TestCarrier(peer.port, { host, networks: NOWHERE, tls: { ca } });
      expect(await until(() => link.carrier.health().problem)).toMatch(/OTPOST_PRIVATE_NETWORKS/);
    }
    expect(connections).toBe(0);
  });

  test.each(['127.0.0.1', 'localhost'])(
    'is bound at %s when the operator has named its network',
    async (host) => {
      await using smsc = await ForeignSmsc.start();
      const networks = createNetworks(['127.0.0.0/8']);
      await using link = await new TestCarrier(smsc.port, { host, networks }).up();
      expect(await link.submit()).toMatchObject({ kind: 'accepted' });
    },
  );
});

test("a cloud's metadata service is no carrier, whatever networks are the operator's", async () => {
  const networks = createNetworks(['169.254.0.0/16']);
  await using link = new TestCarrier(80, { host: '169.254.169.254', networks });
  expect(await until(() => link.carrier.health().problem)).toMatch(/metadata service/);
});

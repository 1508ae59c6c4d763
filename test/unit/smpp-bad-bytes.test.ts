import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { encodePdu } from '../../src/carriers/smpp/codec.ts';
import type { SmppConnection } from '../../src/carriers/smpp/connection.ts';
import { BAD_BYTES } from '../support/smpp-bad-bytes.ts';
import { listenSmpp, RawPeer, type Listener } from '../support/smpp-peers.ts';
import { until } from '../support/until.ts';

const enquire = encodePdu({ command: 'enquire_link', sequence: 4_711 });

describe('bad bytes end in a generic_nack or a closed connection', () => {
  for (const { what, octets, nack, closes } of BAD_BYTES) {
    test(what, async () => {
      await using server = await listenSmpp();
      await using peer = await RawPeer.connect(server.port);
      const connection = await accepted(server);

      peer.socket.write(octets);
      if (closes) {
        await Promise.all([peer.closed, connection.closed]);
        expect(peer.pdus.length).toBeLessThanOrEqual(1);
        // The flood makes the kernel throw our last word away; otherwise it arrives.
        if (octets.length < 1_000) expect(peer.pdus).toEqual([{ command: 'generic_nack', ...nack }]);
        expect(await connection.closed).toContain('does not speak SMPP');
      } else {
        peer.socket.write(enquire);
        await until(() => peer.pdus.some(({ command }) => command === 'enquire_link_resp'));
        const alive = { command: 'enquire_link_resp', status: 0, sequence: 4_711 };
        expect(peer.pdus).toEqual(nack ? [{ command: 'generic_nack', ...nack }, alive] : [alive]);
        expect(connection.isOpen).toBe(true);
      }
      expect(connection.pendingCount).toBe(0);
    });
  }
});

test('bad bytes of one peer disturb no other', async () => {
  await using server = await listenSmpp();
  await using good = await RawPeer.connect(server.port);
  const bad = await Promise.all(BAD_BYTES.map(() => RawPeer.connect(server.port)));
  BAD_BYTES.forEach(({ octets }, i) => bad[i]!.socket.write(octets));
  good.socket.write(enquire);
  await until(() => good.pdus.length === 1);
  await Promise.all(bad.map((peer) => peer[Symbol.asyncDispose]()));
});

test('a PDU that comes in single octets is answered like any other', async () => {
  await using server = await listenSmpp();
  await using peer = await RawPeer.connect(server.port);
  for (const octet of enquire) {
    peer.socket.write(Buffer.from([octet]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => peer.pdus.length === 1);
});

test('a PDU that never comes to its end ends with the keep-alive', async () => {
  await using server = await listenSmpp();
  await using peer = await RawPeer.connect(server.port);
  const connection = await accepted(server);
  connection.keepAlive({ intervalMs: 20, missLimit: 2 });
  peer.socket.write(enquire.subarray(0, 10));
  expect(await connection.closed).toBe('the peer left 2 enquire_links unanswered');
  expect(connection.pendingCount).toBe(0);
});

test('a malformed answer fails the request that it was for, at once', async () => {
  await using server = await listenSmpp();
  await using peer = await RawPeer.connect(server.port);
  const connection = await accepted(server);
  const answer = connection.request({ command: 'enquire_link' }, { timeoutMs: 30_000 });
  await until(() => peer.pdus.length === 1);
  const malformed = Buffer.from('00000011800000150000000000000001ff', 'hex');
  malformed.writeUInt32BE(peer.pdus[0]!.sequence, 12);
  peer.socket.write(malformed);
  expect(await answer).toMatchObject({ command: 'none', written: true });
});

test('an answer of another kind than the request does not pass for its answer', async () => {
  await using server = await listenSmpp();
  await using peer = await RawPeer.connect(server.port);
  const connection = await accepted(server);
  const answer = connection.request({ command: 'enquire_link' }, { timeoutMs: 30_000 });
  await until(() => peer.pdus.length === 1);
  peer.socket.write(encodePdu({ command: 'unbind_resp', status: 0, sequence: peer.pdus[0]!.sequence }));
  expect(await answer).toEqual({
    command: 'none',
    written: true,
    reason: 'enquire_link was answered by unbind_resp',
  });
});

test('a peer that resets the connection fails what waits, and nothing else', async () => {
  await using server = await listenSmpp();
  await using peer = await RawPeer.connect(server.port);
  const connection = await accepted(server);
  const answers = Promise.all(
    [1, 2, 3].map(() => connection.request({ command: 'enquire_link' }, { timeoutMs: 30_000 })),
  );
  await until(() => peer.pdus.length === 3);
  peer.socket.resetAndDestroy();
  await once(peer.socket, 'close');
  for (const answer of await answers) expect(answer).toMatchObject({ command: 'none', written: true });
  expect(connection.pendingCount).toBe(0);
});

async function accepted(server: Listener): Promise<SmppConnection> {
  return until(() => server.connections[0]);
}

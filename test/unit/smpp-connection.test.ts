import { once } from 'node:events';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { encodePdu } from '../../src/carriers/smpp/codec.ts';
import { SmppConnection } from '../../src/carriers/smpp/connection.ts';
import type { PeerAnswer } from '../../src/carriers/smpp/peer.ts';
import { answerTo, shortMessage } from '../../src/carriers/smpp/pdu.ts';
import type { Answer } from '../../src/carriers/smpp/pending.ts';
import { acceptAll, listenRaw, listenSmpp, RawPeer } from '../support/smpp-peers.ts';
import { until } from '../support/until.ts';

const submit = shortMessage('submit_sm', {
  destinationAddr: '41790000000',
  shortMessage: Buffer.from('123456 is your code'),
});

test('every request gets the answer to its own sequence number, in whatever order they come', async () => {
  const held: (() => void)[] = [];
  await using server = await listenSmpp({
    handle: (request) =>
      new Promise<PeerAnswer>((resolve) => {
        if (request.command !== 'submit_sm') return;
        held.push(() =>
          resolve({ ...answerTo(request, 0), messageId: request.destinationAddr } as PeerAnswer),
        );
      }),
  });
  const client = await connectTo(server.port);
  const answers = Array.from({ length: 50 }, (_, i) =>
    client.request({ ...submit, destinationAddr: String(i) }, { timeoutMs: 5_000 }),
  );
  await until(() => held.length === 50);
  for (const answer of held.reverse()) answer();
  expect((await Promise.all(answers)).map((answer) => 'messageId' in answer && answer.messageId)).toEqual(
    Array.from({ length: 50 }, (_, i) => String(i)),
  );
  await client.close(1_000);
});

test('a deadline ends its own request, not the longer ones before it', async () => {
  const held: (() => void)[] = [];
  await using server = await listenSmpp({
    handle: (request) =>
      new Promise<PeerAnswer>((resolve) => {
        held.push(() => resolve(answerTo(request as typeof submit & { sequence: number }, 0)));
      }),
  });
  const client = await connectTo(server.port);
  const long = client.request(submit, { timeoutMs: 30_000 });
  const short = client.request(submit, { timeoutMs: 60 });
  const startedAt = performance.now();
  expect(await short).toEqual({
    command: 'none',
    written: true,
    reason: 'no answer to submit_sm within its deadline',
  });
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(55);
  expect(client.pendingCount).toBe(1);
  for (const answer of held) answer();
  expect(await long).toMatchObject({ command: 'submit_sm_resp', status: 0 });
  await client.close(1_000);
});

test('a peer that does not read gets a bounded buffer, then requests are refused as not written', async () => {
  await using server = await listenRaw((socket) => socket.pause());
  const client = await connectTo(server.port, { maxBufferedOctets: 100_000 });
  const answers: Promise<Answer<'submit_sm'>>[] = [];
  for (let i = 0; i < 300_000; i += 1) {
    answers.push(client.request(submit, { timeoutMs: 60_000 }));
    if (i % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await answers.at(-1)).toEqual({
    command: 'none',
    written: false,
    reason: 'the peer does not read: the outgoing buffer is full',
  });
  client.abort('the test is over');
  const kinds = new Set((await Promise.all(answers)).map((answer) => answer.command));
  expect([...kinds]).toEqual(['none']);
  expect(client.pendingCount).toBe(0);
});

test('we stop reading a peer whose requests we cannot keep up with, and go on when we can', async () => {
  let open = 0;
  let most = 0;
  const held: (() => void)[] = [];
  await using server = await listenSmpp({
    maxBacklog: 10,
    handle: (request) => {
      most = Math.max(most, (open += 1));
      return new Promise<PeerAnswer>((resolve) => {
        held.push(() => {
          open -= 1;
          resolve(answerTo(request as typeof submit & { sequence: number }, 0));
        });
      });
    },
  });
  const client = await connectTo(server.port);
  let answered = 0;
  const answers = Array.from({ length: 1_000 }, () =>
    client.request(submit, { timeoutMs: 30_000 }).then(() => (answered += 1)),
  );
  while (answered < 1_000) {
    await until(() => held.length > 0 || answered === 1_000, { everyMs: 1 });
    for (const answer of held.splice(0)) answer();
  }
  await Promise.all(answers);
  expect(most).toBe(10);
  await client.close(1_000);
});

test('a peer that asks without reading our answers is not read any further, and given up in the end', async () => {
  await using server = await listenSmpp({ maxBufferedOctets: 10_000 });
  await using peer = await RawPeer.connect(server.port);
  peer.socket.pause();
  const connection = await until(() => server.connections[0]);
  connection.keepAlive({ intervalMs: 100, missLimit: 2 });
  const flood = Buffer.concat(
    Array.from({ length: 5_000 }, (_, i) => encodePdu({ ...submit, sequence: i + 1 })),
  );
  const pump = () => {
    while (peer.socket.writable && peer.socket.write(flood));
  };
  peer.socket.on('drain', pump);
  pump();
  expect(await connection.closed).toContain('enquire_links unanswered');
});

test('a flood of questions in one chunk is answered to the last, however small the buffer', async () => {
  await using server = await listenSmpp({ maxBufferedOctets: 100 });
  await using peer = await RawPeer.connect(server.port);
  const questions = Array.from({ length: 1_000 }, (_, i) =>
    encodePdu({ command: 'enquire_link', sequence: i + 1 }),
  );
  peer.socket.write(Buffer.concat(questions));
  await until(() => peer.pdus.length === 1_000);
  expect(peer.pdus.map(({ sequence }) => sequence)).toEqual(questions.map((_, i) => i + 1));
});

test('what is sent in one turn of the event loop leaves in one write', async () => {
  await using server = await listenSmpp();
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  let writes = 0;
  const write = socket.write.bind(socket);
  socket.write = (octets: Buffer) => {
    writes += 1;
    return write(octets);
  };
  const client = new SmppConnection(socket, { handle: acceptAll });
  await Promise.all(Array.from({ length: 100 }, () => client.request(submit, { timeoutMs: 5_000 })));
  expect(writes).toBe(1);
  await client.close(1_000);
});

test('requests before the first write are known as not written when the connection dies', async () => {
  await using server = await listenSmpp();
  const client = await connectTo(server.port);
  const answer = client.request(submit, { timeoutMs: 5_000 });
  client.abort('gone');
  expect(await answer).toEqual({ command: 'none', written: false, reason: 'gone' });
  expect(await client.closed).toBe('gone');
  expect(await client.request(submit, { timeoutMs: 5_000 })).toMatchObject({
    written: false,
    reason: 'gone',
  });
});

test('a handler that throws, rejects, or answers nonsense is a system error to the peer', async () => {
  const answers = [
    () => {
      throw new Error('broken');
    },
    () => Promise.reject(new Error('broken')),
    () => ({ command: 'submit_sm_resp', status: 0, messageId: 'x'.repeat(80), tlvs: {} }) as const,
  ];
  await using server = await listenSmpp({ handle: () => answers.shift()!() });
  const client = await connectTo(server.port);
  for (let i = 0; i < 3; i += 1) {
    expect(await client.request(submit, { timeoutMs: 5_000 })).toMatchObject({ status: 0x08 });
  }
  await client.close(1_000);
});

test('a silent peer is asked, and stays as long as it answers', async () => {
  await using server = await listenSmpp();
  await using peer = await RawPeer.connect(server.port);
  const connection = await until(() => server.connections[0]);
  connection.keepAlive({ intervalMs: 20, missLimit: 2 });
  for (let asked = 1; asked <= 5; asked += 1) {
    const question = await until(() => peer.pdus[asked - 1], { everyMs: 1 });
    expect(question.command).toBe('enquire_link');
    peer.socket.write(encodePdu({ command: 'enquire_link_resp', status: 0, sequence: question.sequence }));
  }
  expect(connection.isOpen).toBe(true);
});

test('a half-open peer that never answers anything is given up, with all that waited for it', async () => {
  await using server = await listenRaw(() => {});
  const client = await connectTo(server.port);
  const answer = client.request(submit, { timeoutMs: 60_000 });
  client.keepAlive({ intervalMs: 20, missLimit: 3 });
  expect(await client.closed).toBe('the peer left 3 enquire_links unanswered');
  expect(await answer).toMatchObject({ command: 'none', written: true });
});

test('closing unbinds, and both ends are gone', async () => {
  await using server = await listenSmpp();
  const client = await connectTo(server.port);
  await client.request(submit, { timeoutMs: 5_000 });
  await client.close(1_000);
  expect(await client.closed).toBe('closed by us');
  expect(await server.connections[0]!.closed).toBe('the peer unbound');
});

test('closing ends in time when the peer neither answers nor closes', async () => {
  await using server = await listenRaw((socket) => socket.pause());
  const client = await connectTo(server.port);
  const startedAt = performance.now();
  await client.close(100);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('a peer that ends leaves nothing behind', async () => {
  await using server = await listenSmpp();
  await using peer = await RawPeer.connect(server.port);
  const connection = await until(() => server.connections[0]);
  const answer = connection.request(submit, { timeoutMs: 60_000 });
  await until(() => peer.pdus.length === 1);
  peer.socket.end();
  expect(await connection.closed).toBe('the peer closed the connection');
  expect(await answer).toMatchObject({ command: 'none', written: true });
  expect(connection.pendingCount).toBe(0);
});

async function connectTo(
  port: number,
  options: { maxBufferedOctets?: number } = {},
): Promise<SmppConnection> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return new SmppConnection(socket, { handle: acceptAll, ...options });
}

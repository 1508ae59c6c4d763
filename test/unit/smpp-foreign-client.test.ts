import { once } from 'node:events';
import { connect, PDU, type ForeignPdu, type Session } from 'smpp';
import { expect, test } from 'vitest';
import type { PeerAnswer, PeerRequest } from '../../src/carriers/smpp/peer.ts';
import { answerTo, shortMessage, type SubmitSm } from '../../src/carriers/smpp/pdu.ts';
import { decodeText } from '../../src/carriers/smpp/text.ts';
import { acceptAll, listenSmpp } from '../support/smpp-peers.ts';

// Our connection as the SMSC of a client that is not ours: the npm package `smpp`.

test.each(['bind_transmitter', 'bind_receiver', 'bind_transceiver'])(
  'a foreign client binds with %s and unbinds',
  async (command) => {
    const seen: PeerRequest[] = [];
    await using server = await listenSmpp({
      handle: (request, link) => (seen.push(request), acceptAll(request, link)),
    });
    const client = await connectTo(server.port);
    const answer = await ask(client, command, { system_id: 'foreign', password: 'secret', system_type: 'x' });
    expect(answer).toMatchObject({ command: `${command}_resp`, command_status: 0 });
    expect(seen).toMatchObject([{ command, systemId: 'foreign', password: 'secret', systemType: 'x' }]);
    expect(await ask(client, 'enquire_link')).toMatchObject({ command: 'enquire_link_resp' });
    expect(await ask(client, 'unbind')).toMatchObject({ command: 'unbind_resp', command_status: 0 });
    await once(client.socket, 'close');
    expect(await server.connections[0]!.closed).toBe('the peer unbound');
  },
);

test('a foreign client is told of a refused bind', async () => {
  await using server = await listenSmpp({
    handle: (request) => answerTo(request as { command: 'submit_sm' }, 0x0e),
  });
  const client = await connectTo(server.port);
  expect(await ask(client, 'bind_transceiver', { system_id: 'foreign' })).toMatchObject({
    command_status: 0x0e,
  });
});

test('messages of a foreign client arrive with their text and TLVs, and their ids go back', async () => {
  const submits: SubmitSm[] = [];
  await using server = await listenSmpp({
    handle(request): PeerAnswer {
      if (request.command !== 'submit_sm') return undefined;
      submits.push(request);
      return { command: 'submit_sm_resp', status: 0, messageId: `m${submits.length}`, tlvs: {} };
    },
  });
  const client = await connectTo(server.port);
  const texts = ['Your code is 123456 [€]', 'Ваш код 123456'];
  for (const [i, text] of texts.entries()) {
    const answer = await ask(client, 'submit_sm', {
      source_addr: 'Foreign',
      destination_addr: '41790000000',
      data_coding: i === 0 ? 0 : 8,
      short_message: text,
      user_message_reference: 4_711,
    });
    expect(answer).toMatchObject({ command: 'submit_sm_resp', message_id: `m${i + 1}` });
  }
  expect(submits.map(({ shortMessage, dataCoding }) => decodeText(shortMessage, dataCoding))).toEqual(texts);
  expect(submits[0]).toMatchObject({ sourceAddr: 'Foreign', tlvs: { userMessageReference: 4_711 } });
});

test('a foreign client gets receipts and answers them', async () => {
  await using server = await listenSmpp();
  const client = await connectTo(server.port);
  await ask(client, 'bind_receiver', { system_id: 'foreign' });
  const received: ForeignPdu[] = [];
  client.on('deliver_sm', (pdu) => {
    received.push(pdu);
    client.send(pdu.response());
  });
  const text =
    'id:1 sub:001 dlvrd:001 submit date:2501011200 done date:2501011201 stat:DELIVRD err:000 text:hi';
  const answer = await server.connections[0]!.request(
    shortMessage('deliver_sm', {
      sourceAddr: '41790000000',
      esmClass: 4,
      shortMessage: Buffer.from(text),
      tlvs: { receiptedMessageId: '1', messageState: 2, networkErrorCode: Buffer.from([3, 0, 0]) },
    }),
    { timeoutMs: 5_000 },
  );
  expect(answer).toMatchObject({ command: 'deliver_sm_resp', status: 0 });
  expect(received).toMatchObject([
    {
      esm_class: 4,
      short_message: { message: text },
      receipted_message_id: '1',
      message_state: 2,
      network_error_code: Buffer.from([3, 0, 0]),
    },
  ]);
});

test('a command that we do not speak is a generic_nack to a foreign client', async () => {
  await using server = await listenSmpp();
  const client = await connectTo(server.port);
  const answer = await ask(client, 'query_sm', { message_id: '1', source_addr: 'x' });
  expect(answer).toMatchObject({ command: 'generic_nack', command_status: 3 });
});

async function connectTo(port: number): Promise<Session> {
  const session = connect({ host: '127.0.0.1', port });
  session.on('error', () => {});
  await once(session, 'connect');
  return session;
}

function ask(session: Session, command: string, fields: Record<string, unknown> = {}): Promise<ForeignPdu> {
  return new Promise((resolve) => session.send(new PDU(command, fields), resolve));
}

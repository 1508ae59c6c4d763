import { encodePdu } from '../../src/carriers/smpp/codec.ts';
import { shortMessage, type Pdu } from '../../src/carriers/smpp/pdu.ts';
import { STATUS } from '../../src/carriers/smpp/status.ts';

/** What a peer may send that is no SMPP, and how it must end. */
export interface BadBytes {
  what: string;
  octets: Buffer;
  /** The generic_nack that answers it; absent: it is dropped in silence. */
  nack?: { status: number; sequence: number };
  /** Whether the stream is lost with it, so that the connection has to end. */
  closes: boolean;
}

const submit: Pdu = {
  ...shortMessage('submit_sm', { destinationAddr: '41790000000', shortMessage: Buffer.from('hello') }),
  sequence: 9,
};
const frame = encodePdu(submit);
const smLengthAt = frame.length - submit.shortMessage.length - 1;

export const BAD_BYTES: BadBytes[] = [
  ...[0, 4, 8, 15, 65_537, 10 * 1_048_576, 0xffffffff].map((length) =>
    lost(`a command_length of ${length}`, header({ length })),
  ),
  lost('a command_length of 0, and a flood behind it', Buffer.alloc(4 * 1_048_576)),
  lost('HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')),
  lost('a TLS handshake', Buffer.from('160301020001000100030312345678', 'hex')),
  lost('random octets', Buffer.from('f3a19c7be2d4886015c9aa0b77e1', 'hex')),
  ...[0x21, 0x03, 0x08, 0x07, 0x01000000, 0x7fffffff].map((id) =>
    refused(`the unknown command_id 0x${id.toString(16)}`, header({ id, sequence: 9 }), STATUS.RINVCMDID),
  ),
  refused('a submit_sm without a body', header({ id: 4, sequence: 9 }), STATUS.RINVCMDLEN),
  ...[17, 22, 30, 40, smLengthAt].map((at) =>
    refused(`a submit_sm cut at ${at}`, resized(frame.subarray(0, at)), STATUS.RINVCMDLEN),
  ),
  refused(
    'a string without its NUL',
    edited((octets) => octets.fill(0x41, 16)),
    STATUS.RINVSERTYP,
  ),
  refused('a destination that is too long', longDestination(), STATUS.RINVDSTADR),
  refused(
    'an sm_length past the end',
    edited((octets) => (octets[smLengthAt] = 6)),
    STATUS.RINVMSGLEN,
  ),
  refused(
    'an sm_length of 255',
    edited((octets) => (octets[smLengthAt] = 255)),
    STATUS.RINVMSGLEN,
  ),
  refused(
    'an sm_length that is too short',
    edited((octets) => (octets[smLengthAt] = 4)),
    STATUS.RINVOPTPARSTREAM,
  ),
  refused('an integer TLV without octets', withTlv('04270000'), STATUS.RINVPARLEN),
  refused('an integer TLV of three octets', withTlv('02040003000001'), STATUS.RINVPARLEN),
  refused('a TLV that exceeds its PDU', withTlv('0424ffff00'), STATUS.RINVOPTPARSTREAM),
  refused('half a TLV', withTlv('0424'), STATUS.RINVOPTPARSTREAM),
  refused('a bind with a password of 9 characters', longPassword(), STATUS.RINVPASWD),
  refused(
    'an enquire_link with a body',
    resized(Buffer.concat([header({ id: 0x15, sequence: 9 }), Buffer.from([0])])),
    STATUS.RINVCMDLEN,
  ),
  dropped(
    'an answer that nobody asked for',
    encodePdu({ command: 'enquire_link_resp', status: 0, sequence: 77 }),
  ),
  dropped(
    'a generic_nack that nobody asked for',
    encodePdu({ command: 'generic_nack', status: 3, sequence: 0 }),
  ),
  dropped(
    'a generic_nack with a body',
    resized(Buffer.concat([header({ id: 0x80000000, sequence: 9 }), Buffer.from([0])])),
  ),
  {
    what: 'a malformed answer is nacked without its sequence number, which is ours',
    octets: resized(Buffer.concat([header({ id: 0x80000004, sequence: 9 }), Buffer.alloc(80, 0x41)])),
    nack: { status: STATUS.RINVMSGID, sequence: 0 },
    closes: false,
  },
];

function lost(what: string, octets: Buffer): BadBytes {
  return { what, octets, nack: { status: STATUS.RINVCMDLEN, sequence: 0 }, closes: true };
}

function refused(what: string, octets: Buffer, status: number): BadBytes {
  return { what, octets, nack: { status, sequence: 9 }, closes: false };
}

function dropped(what: string, octets: Buffer): BadBytes {
  return { what, octets, closes: false };
}

function header({ length = 16, id = 4, sequence = 1 }): Buffer {
  const octets = Buffer.alloc(16);
  octets.writeUInt32BE(length, 0);
  octets.writeUInt32BE(id, 4);
  octets.writeUInt32BE(sequence, 12);
  return octets;
}

function edited(change: (octets: Buffer) => void): Buffer {
  const octets = Buffer.from(frame);
  change(octets);
  return octets;
}

function resized(octets: Buffer): Buffer {
  const copy = Buffer.from(octets);
  copy.writeUInt32BE(copy.length, 0);
  return copy;
}

function withTlv(hex: string): Buffer {
  return resized(Buffer.concat([frame, Buffer.from(hex, 'hex')]));
}

function longDestination(): Buffer {
  // Behind the header: service_type, two kinds, an empty source, two kinds.
  const at = 16 + 1 + 2 + 1 + 2;
  return resized(Buffer.concat([frame.subarray(0, at), Buffer.alloc(10, 0x34), frame.subarray(at)]));
}

function longPassword(): Buffer {
  const body = Buffer.from('id\0ninechars\0\0\x34\0\0\0', 'latin1');
  return resized(Buffer.concat([header({ id: 9, sequence: 9 }), body]));
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodePdu, encodePdu, PduError } from '../../src/carriers/smpp/codec.ts';
import { LAYOUTS } from '../../src/carriers/smpp/layouts.ts';
import { shortMessage, type Command, type Pdu } from '../../src/carriers/smpp/pdu.ts';
import { STATUS } from '../../src/carriers/smpp/status.ts';
import { TLVS, type TlvName } from '../../src/carriers/smpp/tlv.ts';
import { anyPdu, anyTlv, arbitraryOf } from '../support/smpp-arbitraries.ts';

const submit: Pdu = {
  ...shortMessage('submit_sm', { sourceAddr: 'Otpost', destinationAddr: '41790000000' }),
  shortMessage: Buffer.from('123456 is your code'),
  sequence: 7,
};

describe('every PDU comes out of the decoder as it went into the encoder', () => {
  for (const command of Object.keys(LAYOUTS) as Command[]) {
    test(command, () => {
      fc.assert(
        fc.property(arbitraryOf(command), (pdu) => {
          expect(decodePdu(encodePdu(pdu))).toEqual(pdu);
        }),
      );
    });
  }
});

describe('every TLV comes out of the decoder as it went into the encoder', () => {
  for (const name of Object.keys(TLVS) as TlvName[]) {
    test(name, () => {
      fc.assert(
        fc.property(anyTlv(name), (value) => {
          const pdu: Pdu = { ...submit, tlvs: { [name]: value } };
          expect(decodePdu(encodePdu(pdu))).toEqual(pdu);
        }),
      );
    });
  }
});

test('a damaged PDU is either a PDU or a PduError with its sequence number, never anything else', () => {
  const damaged = anyPdu().chain((pdu) => {
    const octets = encodePdu(pdu);
    const edits = fc.array(fc.tuple(fc.nat(octets.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    return fc.tuple(fc.constant(octets), edits, fc.nat(octets.length), fc.boolean());
  });
  fc.assert(
    fc.property(damaged, ([octets, edits, cut, fixLength]) => {
      const frame = Buffer.from(octets.subarray(0, cut));
      for (const [at, value] of edits) if (at < frame.length) frame[at] = value;
      if (fixLength && frame.length >= 4) frame.writeUInt32BE(frame.length, 0);
      try {
        decodePdu(frame);
      } catch (error) {
        expect(error).toBeInstanceOf(PduError);
        if (frame.length >= 16) expect((error as PduError).sequence).toBe(frame.readUInt32BE(12));
      }
    }),
    { numRuns: 3_000 },
  );
});

test('octets that are no PDU are a PduError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      const frame = Buffer.from(octets);
      if (frame.length >= 4) frame.writeUInt32BE(frame.length, 0);
      try {
        decodePdu(frame);
      } catch (error) {
        expect(error).toBeInstanceOf(PduError);
      }
    }),
  );
});

describe('what is wrong with a PDU is told by its status', () => {
  const frame = encodePdu(submit);
  const smLengthAt = frame.length - submit.shortMessage.length - 1;

  test('a string without NUL within its length', () => {
    expect(statusOf(edit(frame, (octets) => octets.fill(0x41, 16)))).toBe(STATUS.RINVSERTYP);
  });
  test('a body that ends within a string', () => {
    expect(statusOf(resize(frame.subarray(0, 22)))).toBe(STATUS.RINVCMDLEN);
  });
  test('an sm_length past the end', () => {
    expect(statusOf(edit(frame, (octets) => (octets[smLengthAt] = 200)))).toBe(STATUS.RINVMSGLEN);
  });
  test('an sm_length of 255', () => {
    expect(statusOf(edit(frame, (octets) => (octets[smLengthAt] = 255)))).toBe(STATUS.RINVMSGLEN);
  });
  test('an sm_length that is too short leaves octets that are no TLV', () => {
    expect(statusOf(edit(frame, (octets) => (octets[smLengthAt] = 17)))).toBe(STATUS.RINVOPTPARSTREAM);
  });
  test('an integer TLV without octets', () => {
    expect(statusOf(append(frame, Buffer.from([0x04, 0x27, 0, 0])))).toBe(STATUS.RINVPARLEN);
  });
  test('an integer TLV with too many octets', () => {
    expect(statusOf(append(frame, Buffer.from([0x04, 0x27, 0, 2, 1, 1])))).toBe(STATUS.RINVPARLEN);
  });
  test('a TLV that exceeds its PDU', () => {
    expect(statusOf(append(frame, Buffer.from([0x04, 0x27, 0, 9, 1])))).toBe(STATUS.RINVOPTPARSTREAM);
  });
  test('a string TLV that goes on behind its NUL', () => {
    expect(statusOf(append(frame, Buffer.from([0, 0x1e, 0, 3, 0x41, 0, 0x41])))).toBe(STATUS.RINVOPTPARAMVAL);
  });
  test('octets behind a PDU without a body', () => {
    const enquire = encodePdu({ command: 'enquire_link', sequence: 1 });
    expect(statusOf(append(enquire, Buffer.from([0])))).toBe(STATUS.RINVCMDLEN);
  });
  test('an unknown command_id', () => {
    expect(statusOf(edit(frame, (octets) => octets.writeUInt32BE(0x21, 4)))).toBe(STATUS.RINVCMDID);
  });
  test('a command_length that is not the length of the frame', () => {
    expect(statusOf(edit(frame, (octets) => octets.writeUInt32BE(frame.length + 1, 0)))).toBe(
      STATUS.RINVCMDLEN,
    );
  });
  test('an accepted submit without a message id', () => {
    const bare = Buffer.from('00000010800000040000000000000001', 'hex');
    expect(statusOf(bare)).toBe(STATUS.RINVCMDLEN);
  });
});

describe('what carriers really send is taken', () => {
  test('a refusal without a body', () => {
    const bare = Buffer.from('00000010800000040000005800000001', 'hex');
    expect(decodePdu(bare)).toEqual({
      command: 'submit_sm_resp',
      status: STATUS.RTHROTTLED,
      sequence: 1,
      messageId: '',
      tlvs: {},
    });
  });
  test('a deliver_sm_resp without its empty id', () => {
    const bare = Buffer.from('00000010800000050000000000000001', 'hex');
    expect(decodePdu(bare)).toMatchObject({ command: 'deliver_sm_resp', status: 0, messageId: '' });
  });
  test('a receipted_message_id without its NUL', () => {
    const pdu = decodePdu(append(encodePdu(submit), Buffer.from([0, 0x1e, 0, 2, 0x41, 0x42])));
    expect(pdu).toMatchObject({ tlvs: { receiptedMessageId: 'AB' } });
  });
  test('a TLV that comes twice: the first has the name, the second stays as octets', () => {
    const twice = Buffer.from([0x04, 0x27, 0, 1, 2, 0x04, 0x27, 0, 1, 5]);
    const pdu = decodePdu(append(encodePdu(submit), twice));
    expect(pdu).toMatchObject({
      tlvs: { messageState: 2, other: [{ tag: 0x0427, value: Buffer.from([5]) }] },
    });
  });
});

describe('what does not fit is not encoded', () => {
  const unfit: Record<string, Partial<typeof submit>> = {
    'a destination of 21 characters': { destinationAddr: '4'.repeat(21) },
    'a NUL within a string': { sourceAddr: 'a\0b' },
    'a character past Latin-1': { sourceAddr: '€' },
    'a short message of 255 octets': { shortMessage: Buffer.alloc(255) },
    'an octet of 256': { dataCoding: 256 },
    'a negative octet': { esmClass: -1 },
    'a TLV of the wrong length': { tlvs: { networkErrorCode: Buffer.alloc(2) } },
  };
  for (const [what, fields] of Object.entries(unfit)) {
    test(what, () => expect(() => encodePdu({ ...submit, ...fields })).toThrow(RangeError));
  }
});

function statusOf(frame: Buffer): number {
  try {
    decodePdu(frame);
  } catch (error) {
    if (error instanceof PduError) return error.commandStatus;
    throw error;
  }
  throw new Error('the frame was taken');
}

function edit(frame: Buffer, change: (octets: Buffer) => void): Buffer {
  const copy = Buffer.from(frame);
  change(copy);
  return copy;
}

function resize(frame: Buffer): Buffer {
  return edit(frame, (octets) => octets.writeUInt32BE(octets.length, 0));
}

function append(frame: Buffer, octets: Buffer): Buffer {
  return resize(Buffer.concat([frame, octets]));
}

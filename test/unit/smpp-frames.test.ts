import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodePdu, PduError } from '../../src/carriers/smpp/codec.ts';
import { FrameReader } from '../../src/carriers/smpp/frames.ts';
import { anyPdu } from '../support/smpp-arbitraries.ts';

test('frames are the same however the stream is cut into chunks', () => {
  const stream = fc
    .array(anyPdu(), { minLength: 1, maxLength: 6 })
    .map((pdus) => pdus.map((pdu) => encodePdu(pdu)))
    .chain((frames) => {
      const length = frames.reduce((sum, frame) => sum + frame.length, 0);
      return fc.tuple(fc.constant(frames), fc.array(fc.nat(length), { maxLength: 40 }));
    });
  fc.assert(
    fc.property(stream, ([frames, cuts]) => {
      const octets = Buffer.concat(frames);
      const ends = [...cuts.sort((a, b) => a - b), octets.length];
      const chunks = ends.map((end, i) => octets.subarray(ends[i - 1] ?? 0, end));
      expect(readAll(new FrameReader(), chunks).map(hex)).toEqual(frames.map(hex));
    }),
  );
});

test('frames are the same when every octet comes alone', () => {
  const frames = [1, 2, 3].map((sequence) => encodePdu({ command: 'enquire_link', sequence }));
  const chunks = [...Buffer.concat(frames)].map((octet) => Buffer.from([octet]));
  expect(readAll(new FrameReader(), chunks).map(hex)).toEqual(frames.map(hex));
});

describe('a command_length that cannot be is refused before anything is allocated for it', () => {
  for (const length of [0, 4, 8, 15, 1_001, 10 * 1_048_576, 0xffffffff]) {
    for (const chunkSize of [1, 4, 16]) {
      test(`${length} in chunks of ${chunkSize}`, () => {
        const octets = Buffer.alloc(16);
        octets.writeUInt32BE(length, 0);
        const chunks = Array.from({ length: 16 / chunkSize }, (_, i) =>
          octets.subarray(i * chunkSize, (i + 1) * chunkSize),
        );
        expect(() => readAll(new FrameReader(1_000), chunks)).toThrow(PduError);
      });
    }
  }
});

test('a PDU of the greatest length is taken', () => {
  const octets = Buffer.alloc(1_000);
  octets.writeUInt32BE(1_000, 0);
  expect(readAll(new FrameReader(1_000), [octets])).toHaveLength(1);
});

function readAll(reader: FrameReader, chunks: Buffer[]): Buffer[] {
  const frames: Buffer[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
  }
  return frames;
}

const hex = (octets: Buffer) => octets.toString('hex');

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEvents, encodeEvents } from '../../src/events/codec.ts';
import { envelopes } from '../support/event-arbitraries.ts';

test('events come back as they were: dates as dates, octets as octets', () => {
  fc.assert(
    fc.property(fc.array(envelopes, { maxLength: 4 }), (events) => {
      expect(decodeEvents(encodeEvents(events))).toStrictEqual(events);
    }),
  );
});

test.each([
  '',
  'null',
  '[]',
  '{}',
  '{"format":3,"events":[]}',
  '{"format":4}',
  '{"format":4,"events":[[]]}',
  '{"format":4,"events":[null]}',
  '{"format":4,"events":[["Message',
  '\u0000',
])('a payload of another version, or cut short, is not read: %s', (payload) => {
  expect(decodeEvents(payload)).toBeUndefined();
});

test('any text is read without an exception', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decodeEvents(text)));
});

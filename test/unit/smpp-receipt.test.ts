import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalToHexId, hexToDecimalId, normaliseMessageId } from '../../src/carriers/smpp/message-id.ts';
import { readReceiptDate } from '../../src/carriers/smpp/receipt-date.ts';
import { formatReceipt, parseReceipt, type ReceiptTlvs } from '../../src/carriers/smpp/receipt.ts';

const read = (text: string, tlvs: ReceiptTlvs = {}, dataCoding = 0) =>
  parseReceipt({ shortMessage: Buffer.from(text, 'latin1'), dataCoding, tlvs });

const STANDARD =
  'id:0123456789 sub:001 dlvrd:001 submit date:2611231506 done date:2611231507 stat:DELIVRD err:000 text:Your code';

describe('the text of a receipt', () => {
  test('the form of the standard is read', () => {
    expect(read(STANDARD)).toEqual({
      carrierMessageId: '0123456789',
      state: 'delivered',
      doneAt: new Date('2026-11-23T15:07:00Z'),
    });
  });

  test('keys may come in any order, in any case, with spaces, or be missing', () => {
    expect(read('stat:UNDELIV err:001 id:a1')).toMatchObject({
      carrierMessageId: 'a1',
      state: 'undelivered',
    });
    expect(read('ID: a1 STAT: delivrd DONE_DATE: 261123150700')).toEqual({
      carrierMessageId: 'a1',
      state: 'delivered',
      doneAt: new Date('2026-11-23T15:07:00Z'),
    });
    expect(read('id:a1 stat:ENROUTE')).toEqual({ carrierMessageId: 'a1', state: 'enroute' });
    expect(read('id:a1 sub:001 dlvrd:001 err:000')).toMatchObject({ state: 'delivered' });
    expect(read('id:a1 sub:001 dlvrd:000 err:060')).toMatchObject({ state: 'undelivered' });
  });

  test('any order of the keys says the same', () => {
    const keys = [
      'id:77',
      'sub:001',
      'dlvrd:000',
      'done date:2611231507',
      'stat:EXPIRED',
      'err:060',
      'text:abc',
    ];
    const expected = read(keys.join(' '));
    expect(expected).toBeDefined();
    fc.assert(
      fc.property(fc.shuffledSubarray(keys, { minLength: keys.length }), (shuffled) => {
        expect(read(shuffled.join(' '))).toEqual(expected);
      }),
    );
  });

  test('a quoted message that looks like a receipt changes nothing, wherever it stands', () => {
    expect(read('id:1 stat:DELIVRD text:id:2 stat:UNDELIV err:9')?.carrierMessageId).toBe('1');
    expect(read('id:1 stat:DELIVRD text:id:2 stat:UNDELIV')?.state).toBe('delivered');
    expect(read('text:id:2 stat:UNDELIV id:1 stat:DELIVRD')).toMatchObject({
      carrierMessageId: '1',
      state: 'delivered',
    });
  });

  test('it is read in UCS-2 as well', () => {
    const ucs2 = Buffer.from(STANDARD, 'utf16le').swap16();
    expect(parseReceipt({ shortMessage: ucs2, dataCoding: 8, tlvs: {} })).toEqual(read(STANDARD));
  });

  test('an id keeps its underscores and at signs', () => {
    expect(read('id:a_b@c stat:DELIVRD')?.carrierMessageId).toBe('a_b@c');
  });

  test('what names no message or no state is no receipt', () => {
    expect(read('')).toBeUndefined();
    expect(read('hello')).toBeUndefined();
    expect(read('id: stat:DELIVRD')).toBeUndefined();
    expect(read('id:a1')).toBeUndefined();
    expect(read('id:a1 stat:??')).toBeUndefined();
  });

  test('a control character ends a word, as C programs leave NULs behind theirs', () => {
    expect(read('id:ABC123\0 sub:001 dlvrd:001 stat:DELIVRD\0 err:000\0')).toEqual({
      carrierMessageId: 'ABC123',
      state: 'delivered',
    });
    expect(read('\0id:ABC123\0stat:NOCRED\0')).toMatchObject({
      carrierMessageId: 'ABC123',
      state: 'undelivered',
      error: { code: 'NOCRED' },
    });
    expect(read('', { receiptedMessageId: 'x\u0001', messageState: 2 })?.carrierMessageId).toBe('x');
  });

  test('an id is as long as an answer can give it, 65 characters at most, or none', () => {
    expect(read(`id:${'a'.repeat(65)} stat:DELIVRD`)?.carrierMessageId).toHaveLength(65);
    expect(read(`id:${'a'.repeat(66)} stat:DELIVRD`)).toBeUndefined();
    const lone = Buffer.from('id:a\ud800 stat:DELIVRD', 'utf16le').swap16();
    expect(parseReceipt({ shortMessage: lone, dataCoding: 8, tlvs: {} })).toBeUndefined();
  });

  test.each([
    ['UNDELIVERABLE+385911234567', 'UNDELIV'],
    ['UNDELIV:385911234567', 'UNDELIV:…'],
    ['REJECTED_BY_385911234567', 'REJECTD'],
    ['UNDELIVERABLE', 'UNDELIVERABLE'],
  ])('of the state %s what is kept is %s', (stat, kept) => {
    expect(read(`id:1 stat:${stat} err:000`)).toMatchObject({ state: 'undelivered', error: { code: kept } });
  });

  test('whatever octets come, what is read of them can be stored, and its words hold no number', () => {
    const odd = fc.constantFrom('\0', '\t', '\r\n', '\x1b', '+385911234567', '385911234567', 'x'.repeat(90));
    const bits = fc.oneof(
      odd,
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.constantFrom(...['ABC123', 'NOCRED', 'DELIVRD', 'UNDELIVERABLE', '001', '060', ':', '+', ' ']),
    );
    const value = fc.array(bits, { maxLength: 4 }).map((parts) => parts.join(''));
    const field = fc.tuple(fc.constantFrom('id:', 'stat:', 'err:', 'dlvrd:', 'text:', ''), value);
    const text = fc
      .array(field, { maxLength: 8 })
      .map((fields) => fields.flat().join(' ').replaceAll(': ', ':'));
    const octets = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      text.map((it) => Buffer.from(it, 'latin1')),
      text.map((it) => Buffer.from(it, 'utf16le').swap16()),
    );
    const tlvs = fc.record({
      receiptedMessageId: fc.option(value, { nil: undefined }),
      messageState: fc.option(fc.nat(255), { nil: undefined }),
    });
    let read = 0;
    fc.assert(
      fc.property(octets, fc.oneof(fc.constantFrom(0, 8), fc.nat(255)), tlvs, (bytes, dataCoding, told) => {
        const receipt = parseReceipt({ shortMessage: bytes, dataCoding, tlvs: told });
        if (receipt === undefined) return;
        read += 1;
        const { carrierMessageId, error } = receipt;
        expect(carrierMessageId).toMatch(/^[^\p{Cc}\p{Cs}]{1,65}$/u);
        if (error) expect(error.code).toMatch(/^(?!.*\d{7})[\w.:…-]{1,20}$/);
        expect(error?.message ?? '').not.toMatch(/\d{7}|\p{Cc}/u);
      }),
      { numRuns: 1_000 },
    );
    expect(read).toBeGreaterThan(50);
  });
});

describe('states', () => {
  test.each([
    ['ENROUTE', 'enroute'],
    ['ACCEPTD', 'enroute'],
    ['BUFFRED', 'enroute'],
    ['DELIVRD', 'delivered'],
    ['DELIVERED', 'delivered'],
    ['EXPIRED', 'undelivered'],
    ['DELETED', 'undelivered'],
    ['UNDELIV', 'undelivered'],
    ['UNDELIVERABLE', 'undelivered'],
    ['UNKNOWN', 'undelivered'],
    ['REJECTD', 'undelivered'],
    ['NOCRED', 'undelivered'],
    ['SYSERR', 'undelivered'],
    ['FAILED', 'undelivered'],
  ])('%s means %s', (stat, state) => {
    expect(read(`id:1 stat:${stat}`)?.state).toBe(state);
  });

  test('a failure carries the carrier’s number and its common meaning', () => {
    expect(read('id:1 stat:UNDELIV err:031')?.error).toEqual({
      code: '031',
      message: 'could not be delivered: the phone is busy',
    });
    expect(read('id:1 stat:UNDELIV err:1A7')?.error).toEqual({
      code: '1A7',
      message: 'could not be delivered',
    });
    expect(read('id:1 stat:EXPIRED err:000')?.error?.code).toBe('EXPIRED');
    expect(read('id:1 stat:DELIVRD err:031')?.error).toBeUndefined();
  });

  test.each([
    ['an unknown number', '001', 'once'],
    ['a barred one', '013', 'once'],
    ['a phone that is off', '060', undefined],
    ['a full memory', '040', undefined],
    ['something in letters', '1A7', undefined],
    ['nothing', '000', undefined],
  ])('a failure because of %s (err %s) leaves %s to try', (_what, err, retry) => {
    expect(read(`id:1 stat:UNDELIV err:${err}`)?.retry).toBe(retry);
  });

  test('an intermediate notification never ends a message', () => {
    const source = { shortMessage: Buffer.from('id:1 stat:UNDELIV err:060'), dataCoding: 0, tlvs: {} };
    expect(parseReceipt({ ...source, esmClass: 0x20 })).toEqual({ carrierMessageId: '1', state: 'enroute' });
    expect(parseReceipt({ ...source, esmClass: 0x04 })?.state).toBe('undelivered');
  });
});

describe('TLVs', () => {
  test('they win over the text', () => {
    const tlvs = {
      receiptedMessageId: 'tlv-id',
      messageState: 5,
      networkErrorCode: Buffer.from([3, 0, 34]),
    };
    expect(read(STANDARD, tlvs)).toMatchObject({
      carrierMessageId: 'tlv-id',
      state: 'undelivered',
      error: { code: '34', message: 'could not be delivered: system failure' },
    });
    expect(read('', { receiptedMessageId: 'x', messageState: 2 })).toEqual({
      carrierMessageId: 'x',
      state: 'delivered',
    });
  });

  test('ones that make no sense leave the word to the text', () => {
    const tlvs = { receiptedMessageId: ' ', messageState: 99, networkErrorCode: Buffer.from([3]) };
    expect(read(STANDARD, tlvs)).toEqual(read(STANDARD));
  });
});

describe('dates', () => {
  test.each([
    ['2611231506', '2026-11-23T15:06:00Z'],
    ['261123150607', '2026-11-23T15:06:07Z'],
    ['202611231506', '2026-11-23T15:06:00Z'],
    ['20261123150607', '2026-11-23T15:06:07Z'],
    ['2026112315060799', '2026-11-23T15:06:07Z'],
    ['261123150607004+', '2026-11-23T14:06:07Z'],
    ['261123150607008-', '2026-11-23T17:06:07Z'],
  ])('%s is %s', (text, iso) => {
    expect(readReceiptDate(text)).toEqual(new Date(iso));
  });

  test.each(['', '0', '26112315', '2613231506', '2602301506', '2611232506', '0000000000', 'yesterday!'])(
    '%s is no date',
    (text) => {
      expect(readReceiptDate(text)).toBeUndefined();
    },
  );
});

test('what the simulator writes is read back', () => {
  const minutes = fc.integer({ min: 22_720_000, max: 50_000_000 }).map((m) => new Date(m * 60_000));
  fc.assert(
    fc.property(
      fc.stringMatching(/^[0-9a-zA-Z-]{1,65}$/),
      fc.constantFrom('DELIVRD', 'ENROUTE', 'EXPIRED', 'UNDELIV', 'REJECTD'),
      minutes,
      minutes,
      fc.nat(999),
      fc.string(),
      (id, stat, submittedAt, doneAt, err, text) => {
        const receipt = read(formatReceipt({ id, stat, submittedAt, doneAt, err, text }));
        expect(receipt?.carrierMessageId).toBe(id);
        expect(receipt?.doneAt).toEqual(doneAt);
        expect(receipt?.state).toBe(
          stat === 'DELIVRD' ? 'delivered' : stat === 'ENROUTE' ? 'enroute' : 'undelivered',
        );
      },
    ),
  );
});

describe('message ids', () => {
  test('case and leading zeros do not tell ids apart', () => {
    expect(normaliseMessageId(' 000A1b ')).toBe('a1b');
    expect(normaliseMessageId('0000')).toBe('0');
    expect(normaliseMessageId('')).toBe('');
  });

  test('hex and decimal turn into each other at any length', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{1,54}$/), (hex) => {
        expect(decimalToHexId(hexToDecimalId(hex)!)).toBe(normaliseMessageId(hex));
      }),
    );
    expect(hexToDecimalId('f'.repeat(65))).toBe((16n ** 65n - 1n).toString());
    expect(hexToDecimalId('xyz')).toBeUndefined();
    expect(hexToDecimalId('f'.repeat(66))).toBeUndefined();
    expect(decimalToHexId('1a')).toBeUndefined();
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolveByPrefix } from '../../../src/numbers/resolution.ts';
import { resolveNumber } from '../../../src/numbers/resolve.ts';

test.each([
  ['+385911234567', '21910'],
  ['+385921234567', '21910'],
  ['+385951234567', '21902'],
  ['+385981234567', '21901'],
  ['+385991234567', '21901'],
  ['+385976123456', '21901'],
  ['+385977123456', '21901'],
])('%s was given out by %s, and two in three numbers are there still', (e164, mccMnc) => {
  expect(resolveNumber(e164, 'HR')).toMatchObject({
    country: 'HR',
    lineType: 'mobile',
    operator: { mccMnc },
  });
  expect(resolveNumber(e164, 'HR').confidence).toBeCloseTo(2 / 3);
});

test('a block of which no network code is known has no operator', () => {
  expect(resolveNumber('+385975123456', 'HR')).toEqual({
    country: 'HR',
    confidence: 0,
    lineType: 'mobile',
    source: 'prefix',
  });
});

test.each([
  ['+38514567890', 'HR', 'fixed'],
  ['+491711234567', 'DE', 'mobile'],
  ['+14155552671', 'US', 'fixedOrMobile'],
  ['+18005550100', 'US', 'tollFree'],
  // The country that was told with it decides where several share a calling code.
  ['+447400123456', 'GB', 'mobile'],
  ['+442079460018', 'GB', 'fixed'],
  ['+77011234567', 'KZ', 'mobile'],
  ['+881612345678', '00', 'mobile'],
  ['+38514567890', '??', 'other'],
])('%s is in %s and %s, of no operator that we know', (e164, country, lineType) => {
  const { operator, confidence, ...rest } = resolveNumber(e164, country);
  expect([operator, confidence]).toEqual([undefined, 0]);
  expect(rest).toEqual({ country, lineType, source: 'prefix' });
});

test('any text has a resolution, and its confidence is a probability', () => {
  const anyNumber = fc.oneof(
    fc.string(),
    fc.stringMatching(/^\+[1-9]\d{0,14}$/),
    fc.stringMatching(/^\+385\d{0,9}$/),
  );
  fc.assert(
    fc.property(anyNumber, (e164) => {
      const { operator, confidence } = resolveNumber(e164, 'HR');
      expect(confidence > 0).toBe(operator !== undefined);
      expect(confidence).toBeLessThan(1);
    }),
  );
});

test('only what was ported moves a number of the table: its first digits decide, never the rest', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{7}$/), (rest) => {
      expect(resolveByPrefix(`+38591${rest}`)?.operator?.name).toBe('A1');
      expect(resolveByPrefix(`+385971${rest.slice(1)}`)).toBeUndefined();
    }),
  );
});

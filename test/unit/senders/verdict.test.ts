import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkSender, senderKind, type Registration } from '../../../src/senders/verdict.ts';
import { SENDER_RULES, type SenderKind } from '../../../src/senders/country-rules.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const check = (country: string, sender: string, registrations: Registration[] = [], now = NOW) =>
  checkSender(SENDER_RULES, country, sender, registrations, now);

test.each<[string, SenderKind | undefined]>([
  ['Otpost', 'alphanumeric'],
  ['A-1 & Co.', 'alphanumeric'],
  ['+385911234567', 'longCode'],
  ['+18005550100', 'tollFree'],
  ['36123', 'shortCode'],
  ['12', 'alphanumeric'],
  ['', undefined],
  ['   ', undefined],
  ['+12', undefined],
  ['TwelveLetter', undefined],
  ['Ötpost', undefined],
])('%j is a sender of the kind %s', (sender, kind) => {
  expect(senderKind(sender)).toBe(kind);
});

describe('a sender is refused with what is missing', () => {
  test.each([
    ['US', '+14155550100', '10dlc', 'needs 10DLC registration in US'],
    ['US', '+18005550100', 'toll_free', 'needs toll-free registration in US'],
    ['IN', 'OTPOST', 'dlt', 'needs DLT (entity, header and template) registration in IN'],
    ['SG', 'Otpost', 'ssir', 'needs SSIR registration in SG'],
    ['ES', 'Otpost', 'es_alias', 'needs alias registration in ES'],
    ['BR', '28000', 'short_code', 'needs short code registration in BR'],
  ])('in %s, %s: %s', (country, sender, register, reason) => {
    expect(check(country, sender)).toEqual({
      ok: false,
      code: 'sender/registration_missing',
      register,
      reason,
    });
  });

  test('or with the kinds that the country takes instead', () => {
    expect(check('US', 'Otpost')).toMatchObject({
      code: 'sender/kind_not_allowed',
      reason: 'US takes no name as a sender (it takes: long code, toll-free number, short code)',
    });
    expect(check('CA', '+14165550100')).toMatchObject({ code: 'sender/kind_not_allowed' });
    expect(checkSender({ ZZ: { asOf: '2026-11-23', kinds: {} } }, 'ZZ', 'Otpost', [], NOW)).toMatchObject({
      reason: 'ZZ takes no name as a sender (it takes: none)',
    });
  });

  test.each(['Ot post', 'SMS', 'Info', '12', '12345'])('in France when it is %j', (sender) => {
    expect(check('FR', sender)).toMatchObject({ code: 'sender/name_not_allowed' });
  });
});

test.each([
  ['HR', 'Otpost'],
  ['DE', 'Otpost'],
  ['FR', 'Otpost'],
  ['FR', '36123'],
  ['JP', 'Otpost'],
  ['ZZ', 'Otpost'],
])('in %s the sender %s needs nothing', (country, sender) => {
  expect(check(country, sender)).toEqual({ ok: true });
});

test.each(['Otpost', '+971501234567', '+18005550100', '3456'])(
  'where only the register is known, every kind is in it: in AE %s',
  (sender) => {
    expect(check('AE', sender)).toMatchObject({ register: 'ae_operators' });
  },
);

test.each(['SG', 'ES'])('where only names are known to be refused, numbers are not: in %s', (country) => {
  for (const sender of ['+6581234567', '+18005550100', '34567'])
    expect(check(country, sender)).toEqual({ ok: true });
});

test('every row says when somebody last looked, and what it supposes', () => {
  for (const [country, { asOf }] of Object.entries(SENDER_RULES)) {
    expect(asOf, country).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(Date.parse(asOf), country).toBeLessThan(NOW);
  }
  for (const country of ['AE', 'SG', 'ES']) expect(SENDER_RULES[country]!.note).toMatch(/Known: .* Supposed/);
});

test('a short code has one of the forms of its country, digit by digit', () => {
  const rules = { ZZ: { asOf: '2026-11-23', kinds: { shortCode: null }, shortCodes: ['36xxx', '1x'] } };
  const ok = (sender: string) => checkSender(rules, 'ZZ', sender, [], NOW).ok;
  expect(['36123', '36000'].map(ok)).toEqual([true, true]);
  expect(['36', '3612', '361234', '37123', '136123'].map(ok)).toEqual(Array(5).fill(false));
});

test('where an unregistered name is only treated worse, it goes out with advice', () => {
  expect(check('AU', 'Otpost')).toEqual({
    ok: true,
    advice: 'add the SMS sender ID registration in AU',
  });
});

test('a register counts from its day on', () => {
  expect(check('ES', 'Otpost', [], Date.parse('2026-08-31T23:59:59Z'))).toEqual({ ok: true });
  expect(check('ES', 'Otpost', [], Date.parse('2026-09-01T00:00:00Z'))).toMatchObject({ ok: false });
});

test('a registration counts until it ends, and then the reason says so', () => {
  const registration = { country: 'IN', sender: 'OTPOST', register: 'dlt', validUntil: NOW };
  expect(check('IN', 'OTPOST', [registration], NOW - 1)).toEqual({ ok: true });
  expect(check('IN', 'OTPOST', [registration])).toMatchObject({ code: 'sender/registration_expired' });
  expect(check('IN', 'OTPOST', [registration, { ...registration, validUntil: null }])).toEqual({ ok: true });
});

test('a registration of another country, sender or register helps nobody', () => {
  const own = { country: 'IN', sender: 'OTPOST', register: 'dlt', validUntil: null };
  for (const other of [{ country: 'SG' }, { sender: 'Otpost' }, { register: 'ssir' }])
    expect(check('IN', 'OTPOST', [{ ...own, ...other }])).toMatchObject({ ok: false });
});

test('whatever a registration is missing, adding just that one makes the sender good', () => {
  const anySender = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9 ]{1,11}$/),
    fc.stringMatching(/^\+[1-9]\d{6,14}$/),
    fc.stringMatching(/^\d{3,8}$/),
    fc.stringMatching(/^\+1800\d{7}$/),
    fc.string(),
  );
  const anyCountry = fc.constantFrom(...Object.keys(SENDER_RULES), 'ZZ', '__proto__', 'constructor');
  fc.assert(
    fc.property(anyCountry, anySender, (country, sender) => {
      const verdict = check(country, sender);
      if (verdict.ok || verdict.register === undefined) return;
      const registration = { country, sender, register: verdict.register, validUntil: null };
      expect(check(country, sender, [registration])).toEqual({ ok: true });
    }),
  );
});

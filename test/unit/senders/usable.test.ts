import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CarrierId } from '../../../src/ids.ts';
import { SENDER_RULES } from '../../../src/senders/country-rules.ts';
import {
  createSenderJudge,
  lastingRefusal,
  refusalText,
  type OwnSender,
  type SenderPlace,
  type SenderWish,
  type UsableSenders,
} from '../../../src/senders/usable.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const ONE: CarrierId = 'car_1';
const OTHER: CarrierId = 'car_2';

const own = (value: string, more: Partial<OwnSender> = {}): OwnSender => ({
  value,
  countries: null,
  carrierIds: null,
  pools: ['otp'],
  enabled: true,
  ...more,
});

function usable(senders: OwnSender[], wish: SenderWish, place: Partial<SenderPlace> = {}): UsableSenders {
  const facts = { senders, rules: SENDER_RULES, registrations: [] };
  const judge = createSenderJudge(facts, NOW);
  return judge.usable(wish, { country: 'HR', carrierId: ONE, senderRules: 'check', ...place });
}

const reasonOf = (one: UsableSenders) => ('refused' in one ? refusalText(one.refused) : undefined);

describe('a sender that is named', () => {
  test('without a row of its own has no bounds but those of the country', () => {
    expect(usable([], { sender: 'Acme' })).toEqual({ values: ['Acme'] });
    expect(reasonOf(usable([], { sender: 'Acme' }, { country: 'SG' }))).toBe(
      'sender Acme: needs SSIR registration in SG',
    );
    expect(usable([], { sender: 'Acme' }, { country: 'SG', senderRules: 'off' })).toEqual({
      values: ['Acme'],
    });
  });

  test.each<[string, Partial<OwnSender>, string]>([
    ['another country', { countries: ['DE'] }, 'sender Acme: it is not for HR'],
    ['another carrier', { carrierIds: [OTHER] }, 'sender Acme: it is not for this carrier'],
    ['nobody now', { enabled: false }, 'sender Acme: it is switched off'],
  ])('is refused when its row is for %s, whether the carrier checks or not', (_what, more, reason) => {
    for (const senderRules of ['check', 'off'] as const)
      expect(reasonOf(usable([own('Acme', more)], { sender: 'Acme' }, { senderRules }))).toBe(reason);
  });

  test('may be a short code of two countries: each row is for its own', () => {
    const codes = [own('36123', { countries: ['FR'] }), own('36123', { countries: ['HR'] })];
    for (const country of ['FR', 'HR'])
      expect(usable(codes, { sender: '36123' }, { country })).toEqual({ values: ['36123'] });
    expect(reasonOf(usable(codes, { sender: '36123' }, { country: 'JP' }))).toContain('it is not for');
  });
});

describe('a pool', () => {
  test('has a short code only for the countries of its own rows', () => {
    const codes = [own('36123', { countries: ['FR'] }), own('36123', { countries: ['HR'], pools: [] })];
    expect(usable(codes, { pool: 'otp' }, { country: 'FR' })).toEqual({ values: ['36123'] });
    expect(reasonOf(usable(codes, { pool: 'otp' }))).toBe('sender 36123: it is not for HR');
    expect(usable(codes, { sender: '36123' })).toEqual({ values: ['36123'] });
  });

  test('gives those of its senders that may be used there', () => {
    const senders = [
      own('Acme', { countries: ['HR'] }),
      own('+385911234567', { carrierIds: [ONE] }),
      own('+385911234568', { enabled: false }),
      own('Other', { pools: [] }),
    ];
    expect(usable(senders, { pool: 'otp' })).toEqual({ values: ['Acme', '+385911234567'] });
    expect(usable(senders, { pool: 'otp' }, { carrierId: OTHER })).toEqual({ values: ['Acme'] });
    expect(usable(senders, { pool: 'otp' }, { country: 'JP' })).toEqual({ values: ['+385911234567'] });
  });

  test('of nobody is refused by its name', () => {
    expect(reasonOf(usable([own('Acme', { pools: [] })], { pool: 'otp' }))).toBe(
      'pool otp: the pool has no sender',
    );
  });

  test('of which none may be used names the registration that is missing before anything else', () => {
    const senders = [own('Acme', { enabled: false }), own('+14155550100')];
    expect(usable(senders, { pool: 'otp' }, { country: 'US' })).toEqual({
      refused: {
        sender: '+14155550100',
        code: 'sender/registration_missing',
        register: '10dlc',
        reason: 'needs 10DLC registration in US',
      },
    });
  });
});

test('senders are refused for good only when every way is closed by them, and there is a way', () => {
  const open: UsableSenders = { values: ['Acme'] };
  const disabled = usable([own('Acme', { enabled: false })], { sender: 'Acme' });
  const missing = usable([], { sender: 'Acme' }, { country: 'IN' });
  const anyWays = fc.array(fc.constantFrom(open, disabled, missing), { maxLength: 6 });
  fc.assert(
    fc.property(anyWays, (ways) => {
      const refused = lastingRefusal(ways);
      if (ways.length === 0 || ways.includes(open)) expect(refused).toBeUndefined();
      else expect(refused?.register).toBe(ways.includes(missing) ? 'dlt' : undefined);
    }),
  );
  expect(lastingRefusal([disabled])).toMatchObject({ code: 'sender/not_usable' });
});

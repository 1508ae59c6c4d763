import { expect, test } from 'vitest';
import { countedAt, countedOf } from '../../../src/rates/callers.ts';
import type { Rates } from '../../../src/config/rates.ts';

const rate = { units: 1, seconds: 1 };
const RATES: Rates = { credential: rate, account: rate, clientToken: rate, stranger: rate };
const accountId = `acc_${'0'.repeat(32)}` as const;
const KEY = { kind: 'apiKey', accountId, apiKeyId: `key_${'1'.repeat(32)}` } as const;
const TOKEN = {
  kind: 'clientToken',
  accountId,
  verificationId: `vrf_${'2'.repeat(32)}`,
  expiresAt: new Date(0),
} as const;

test('a key counts for itself and for its account, a client token for its verification alone', () => {
  expect(countedOf(KEY, RATES).map(({ name }) => name)).toEqual([KEY.apiKeyId, accountId]);
  expect(countedOf(TOKEN, RATES).map(({ name }) => name)).toEqual([TOKEN.verificationId]);
});

test('what has no rate is not counted', () => {
  const none = { credential: undefined, account: rate, clientToken: undefined, stranger: undefined };
  expect(countedOf(KEY, none).map(({ name }) => name)).toEqual([accountId]);
  expect(countedOf(TOKEN, none)).toEqual([]);
});

test.each([
  ['192.0.2.1', 'from 192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', 'from 2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', 'from 2001:db8:1:2::/64'],
  ['2001:db8::1', 'from 2001:db8:0:0::/64'],
  ['::1', 'from 0:0:0:0::/64'],
  [undefined, 'from nowhere'],
])('a stranger at %s is known as "%s"', (address, name) => {
  expect(countedAt(address, RATES)[0]!.name).toBe(name);
});

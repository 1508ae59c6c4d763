import { expect, test } from 'vitest';
import { countedAt, countedOf } from '../../../src/rates/callers.ts';
import type { RequestRates } from '../../../src/config/rates.ts';

const rate = { units: 1, seconds: 1 };
const RATES: RequestRates = { credential: rate, account: rate, clientToken: rate, stranger: rate };
const accountId = `acc_${'0'.repeat(32)}` as const;
const KEY = { kind: 'apiKey', accountId, apiKeyId: `key_${'1'.repeat(32)}` } as const;
const ACCESS = {
  kind: 'accessToken',
  accountId,
  clientId: `cli_${'3'.repeat(32)}`,
  tokenId: `tok_${'4'.repeat(32)}`,
  permissions: new Set<never>(),
  expiresAt: new Date(0),
  generation: 0,
} as const;
const TOKEN = {
  kind: 'clientToken',
  accountId,
  verificationId: `vrf_${'2'.repeat(32)}`,
  expiresAt: new Date(0),
} as const;

test('a credential counts for itself and for its account, a client token for its verification alone', () => {
  expect(countedOf(ACCESS, RATES).map(({ name }) => name)).toEqual([ACCESS.clientId, accountId]);
  expect(countedOf(KEY, RATES).map(({ name }) => name)).toEqual([KEY.apiKeyId, accountId]);
  expect(countedOf(TOKEN, RATES).map(({ name }) => name)).toEqual([TOKEN.verificationId]);
});

test('what has no rate is not counted', () => {
  const none = { credential: undefined, account: rate, clientToken: undefined, stranger: undefined };
  expect(countedOf(KEY, none).map(({ name }) => name)).toEqual([accountId]);
  expect(countedOf(TOKEN, none)).toEqual([]);
});

test('a stranger is known by where they ask from: an IPv4 address, the /64 of an IPv6 one, or nowhere', () => {
  const nameAt = (address: string | undefined) => countedAt(address, RATES)[0]!.name;
  expect(nameAt('192.0.2.1')).not.toBe(nameAt('192.0.2.2'));
  expect(nameAt('2001:db8:1:2:3:4:5:6')).toBe(nameAt('2001:db8:1:2::9'));
  expect(nameAt('2001:db8:1:2::9')).not.toBe(nameAt('2001:db8:1:3::9'));
  expect(nameAt(undefined)).toBe('from nowhere');
});

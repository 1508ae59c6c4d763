import { expect, test } from 'vitest';
import { readTarget } from '../../src/db/target.ts';

const URL = 'postgres://user:p%40ss@db.test:5432/otpost';
const none = { rootCertFile: undefined, certFile: undefined, keyFile: undefined };

test.each([
  ['', undefined],
  ['?sslmode=disable', undefined],
  ['?sslmode=require', { mode: 'require', ...none }],
  ['?sslmode=verify-full', { mode: 'verify-full', ...none }],
  ['?sslrootcert=system', { mode: 'verify-full', ...none }],
  ['?sslrootcert=/ca.crt', { mode: 'verify-full', ...none, rootCertFile: '/ca.crt' }],
  [
    '?sslmode=verify-ca&sslrootcert=/ca.crt&sslcert=/c.crt&sslkey=/c.key',
    { mode: 'verify-ca', rootCertFile: '/ca.crt', certFile: '/c.crt', keyFile: '/c.key' },
  ],
])('a connection string says how it is encrypted: %s', (query, tls) => {
  expect(readTarget(URL + query)).toEqual({ url: URL, tls });
});

test('what is said besides stays for the driver', () => {
  const { url } = readTarget(`${URL}?target_session_attrs=read-write&sslmode=verify-full&application_name=x`);
  expect(url).toBe(`${URL}?target_session_attrs=read-write&application_name=x`);
});

test.each(['prefer', 'allow', 'verify_full', 'true'])('sslmode=%s is refused: it may go without', (mode) => {
  expect(() => readTarget(`${URL}?sslmode=${mode}`)).toThrow(
    /^DATABASE_URL: sslmode=.* is not taken, [^\n]*verify-full/,
  );
});

test('half a client certificate is refused', () => {
  for (const half of ['sslcert=/c.crt', 'sslkey=/c.key'])
    expect(() => readTarget(`${URL}?sslmode=verify-full&${half}`)).toThrow('needs both sslcert and sslkey');
});

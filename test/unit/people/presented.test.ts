import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOwnOrigin, presentedIn, type PresentingHeaders } from '../../../src/people/presented.ts';
import { readSessionCookie } from '../../../src/people/session-cookie.ts';

const own = { publicUrl: 'https://otp.example/api', allowed: ['https://console.example'] };
const cookie = '__Host-otpost.session=otp_ses_abc.c2ln%3D';

describe('the credential of a request', () => {
  test('is its Authorization, whatever cookies a browser adds', () => {
    const headers = { authorization: 'Bearer x', cookie, origin: 'https://otp.example', host: 'otp.example' };
    expect(presentedIn(headers, own).credential).toBe('Bearer x');
  });

  test.each<[string, PresentingHeaders, boolean]>([
    ['a page of this host', { origin: 'https://otp.example', host: 'otp.example' }, true],
    [
      'a page of the public address, behind a proxy',
      { origin: 'https://otp.example', host: '10.0.0.7:4000' },
      true,
    ],
    ['a page that the operator named', { origin: 'https://console.example', host: 'otp.example' }, true],
    ['a GET of the same origin', { 'sec-fetch-site': 'same-origin', host: 'otp.example' }, true],
    ['a page of a sibling', { origin: 'https://evil.otp.example', host: 'otp.example' }, false],
    [
      'a page that begins like ours',
      { origin: 'https://otp.example.evil.example', host: 'otp.example' },
      false,
    ],
    ['another port', { origin: 'https://otp.example:8443', host: 'otp.example' }, false],
    ['a sandboxed page', { origin: 'null', host: 'otp.example' }, false],
    ['no page that says where it is', { host: 'otp.example' }, false],
    ['a GET of a sibling', { 'sec-fetch-site': 'same-site', host: 'otp.example' }, false],
    ['a GET that somebody typed', { 'sec-fetch-site': 'none', host: 'otp.example' }, false],
  ])('is the cookie for %s: %j → %s', (_what, headers, counts) => {
    expect(presentedIn({ ...headers, cookie }, own).credential).toBe(counts ? 'otp_ses_abc' : undefined);
  });

  test('is no cookie of any other origin, whatever it looks like', () => {
    const origins = fc.oneof(
      fc.webUrl(),
      fc.string(),
      fc.webAuthority().map((host) => `https://${host}`),
    );
    fc.assert(
      fc.property(origins, (origin) => {
        fc.pre(
          !['otp.example', 'console.example'].includes(URL.canParse(origin) ? new URL(origin).host : ''),
        );
        expect(isOwnOrigin(origin, 'otp.example', own)).toBe(false);
      }),
    );
  });
});

describe('the cookie of a session', () => {
  test.each([
    [cookie, 'otp_ses_abc'],
    [`a=b; ${cookie}; c=d`, 'otp_ses_abc'],
    ['__Host-otpost.session=otp_ses_abc', 'otp_ses_abc'],
    ['__Host-otpost.session=otp_ses_abc%2Esig', 'otp_ses_abc'],
    ['otpost.session=otp_ses_abc.sig', undefined],
    ['x__Host-otpost.session=otp_ses_abc.sig', undefined],
    ['__Host-otpost.session=', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('is found in %s', (header, token) => {
    expect(readSessionCookie(header, true)).toBe(token);
  });

  test('is read from any header without failing', () => {
    fc.assert(fc.property(fc.string(), (text) => void readSessionCookie(text, true)));
  });
});

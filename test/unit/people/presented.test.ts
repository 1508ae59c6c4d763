import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCookies } from 'better-auth/cookies';
import { CredentialInvalid } from '../../../src/accounts/errors.ts';
import { presentedIn, presentedSessionIn, type PresentingHeaders } from '../../../src/people/presented.ts';
import { readSessionCookie, readStepCookies } from '../../../src/people/session-cookie.ts';
import { writeSessionToken } from '../../../src/people/session-token.ts';

const own = {
  publicUrl: 'https://otp.example/api',
  allowed: ['https://console.example'],
  hosts: new Set(['otp.example']),
};
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

describe('the session that a request to sign-in comes with', () => {
  const token = writeSessionToken(Buffer.alloc(24, 7));
  const page = { origin: 'https://otp.example', host: 'otp.example' };
  const session = `__Host-otpost.session=${token}.c2ln%3D`;
  const step = '__Host-otpost.two_factor=step.c2ln';

  test('is its header, and with one no cookie counts', () => {
    const headers = { ...page, authorization: `bearer  ${token}`, cookie: `${session}; ${step}` };
    expect(presentedSessionIn(headers, own)).toEqual({ token, cookies: undefined });
  });

  test('is its cookie, which is not among those that are passed on', () => {
    const headers = { ...page, cookie: `a=b; ${session};${step}; __Host-otpost.session.0=x` };
    expect(presentedSessionIn(headers, own)).toEqual({ token, cookies: step });
    expect(presentedSessionIn({ ...headers, origin: 'https://evil.example' }, own)).toEqual({});
  });

  test('is refused in a header that has anything but one whole token', () => {
    const odd = fc.oneof(
      fc.tuple(fc.string(), fc.string()).map(([before, after]) => `Bearer ${before}${token}${after}`),
      fc.string(),
    );
    fc.assert(
      fc.property(odd, (authorization) => {
        fc.pre(authorization.replace(/^Bearer +/i, 'Bearer ') !== `Bearer ${token}`);
        expect(() => presentedSessionIn({ authorization }, own)).toThrow(CredentialInvalid);
      }),
    );
  });

  test('comes out of no cookie header by the cookies of a step, however somebody else reads those', () => {
    const names = ['session', 'session ', 'session_data', 'trust_device', 'two_factor', 'device', ''];
    const piece = fc.oneof(
      fc.constantFrom(
        ...names.map((name) => `__Host-otpost.${name}`),
        token,
        ' ',
        '\t',
        '"',
        '=',
        ';',
        '%3D',
        '.',
      ),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const passed = readStepCookies(pieces.join(''), true) ?? '';
        for (const name of parseCookies(passed).keys())
          expect(['__Host-otpost.two_factor', '__Host-otpost.device']).toContain(name);
      }),
      { numRuns: 1_000 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOwnOrigin, isOwnPage, type OwnPages, type SiteHeaders } from '../../../src/http/cross-site.ts';

const OWN: OwnPages = {
  publicUrl: 'https://otp.example/api',
  allowed: ['https://console.example'],
  hosts: new Set(['otp.example', 'otp.internal']),
};
const HOST = { host: 'otp.example' };

describe('a cookie is believed', () => {
  test.each<[string, SiteHeaders]>([
    [
      'what a page of ours posts',
      { ...HOST, origin: 'https://otp.example', 'sec-fetch-site': 'same-origin' },
    ],
    ['what an older browser posts from it', { ...HOST, origin: 'https://otp.example' }],
    ['what it reads', { ...HOST, 'sec-fetch-site': 'same-origin' }],
    ['a page of PUBLIC_URL behind a proxy', { host: 'api:4000', origin: 'https://otp.example' }],
    ['a page that the operator named', { ...HOST, origin: 'https://console.example' }],
    ['a page of another name of ours', { host: 'otp.internal:8443', origin: 'https://otp.internal:8443' }],
    ['a page of our address', { host: '10.0.0.7:4000', origin: 'https://10.0.0.7:4000' }],
    ['a page of our address of IPv6', { host: '[fd00::7]:4000', origin: 'https://[fd00::7]:4000' }],
  ])('for %s', (_what, headers) => {
    expect(isOwnPage(headers, OWN)).toBe(true);
  });

  test.each<[string, SiteHeaders]>([
    ['a form of a foreign page', { ...HOST, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    [
      'a page of a name that somebody has pointed here',
      { host: 'evil.example', origin: 'https://evil.example' },
    ],
    ['a page of such a name on our port', { host: 'evil.example:4000', origin: 'https://evil.example:4000' }],
    ['a page of a neighbour', { ...HOST, origin: 'https://app.otp.example', 'sec-fetch-site': 'same-site' }],
    ['the same name without TLS', { ...HOST, origin: 'http://otp.example' }],
    ['the same name without TLS, on a port', { host: 'otp.example:80', origin: 'http://otp.example:80' }],
    ['our address without TLS', { host: '10.0.0.7:4000', origin: 'http://10.0.0.7:4000' }],
    ['another scheme', { ...HOST, origin: 'capacitor://otp.example' }],
    ['the same name on another port', { ...HOST, origin: 'https://otp.example:8443' }],
    ['the host that is asked, on another port', { host: 'localhost:4000', origin: 'https://localhost:3000' }],
    ['a name that begins like ours', { ...HOST, origin: 'https://otp.example.evil.example' }],
    ['our name before somebody else’s', { ...HOST, origin: 'https://otp.example@evil.example' }],
    ['a host that is none', { host: 'otp.example@evil.example', origin: 'https://otp.example@evil.example' }],
    [
      'a page in a sandbox, or behind a redirect',
      { ...HOST, origin: 'null', 'sec-fetch-site': 'cross-site' },
    ],
    ['an origin that is empty', { ...HOST, origin: '' }],
    ['no host at all', { host: undefined, origin: 'https://undefined' }],
    ['an image or a link in a foreign page', { ...HOST, 'sec-fetch-site': 'cross-site' }],
    ['a GET of a sibling', { ...HOST, 'sec-fetch-site': 'same-site' }],
    ['an address that somebody typed, or was sent', { ...HOST, 'sec-fetch-site': 'none' }],
    [
      'a claim that contradicts the origin',
      { ...HOST, origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    ],
    ['what says nothing of itself', HOST],
  ])('but not for %s', (_what, headers) => {
    expect(isOwnPage(headers, OWN)).toBe(false);
  });
});

test('no other origin is ours, whatever it looks like and whichever host is asked', () => {
  const hosts = fc.oneof(fc.webAuthority(), fc.domain(), fc.constantFrom('otp.example', 'evil.example:4000'));
  const origins = fc.oneof(
    fc.webUrl(),
    fc.string(),
    hosts.map((host) => `https://${host}`),
  );
  const ours = ['otp.example', 'otp.internal', 'console.example', 'localhost'];
  fc.assert(
    fc.property(origins, hosts, fc.boolean(), (origin, other, isSame) => {
      const url = URL.canParse(origin) ? new URL(origin) : undefined;
      fc.pre(!url || (!ours.includes(url.hostname) && !/^[\d.]+$|^\[/.test(url.hostname)));
      expect(isOwnOrigin(origin, isSame ? (url?.host ?? other) : other, OWN)).toBe(false);
    }),
  );
});

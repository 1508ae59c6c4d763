import { describe, expect, test } from 'vitest';
import { isFromOwnPage } from '../../../src/http/cross-site.ts';

const OWN = new Set(['https://otp.example']);

describe('a cookie is believed', () => {
  test.each([
    ['what a page of ours posts', { origin: 'https://otp.example', 'sec-fetch-site': 'same-origin' }],
    ['what an older browser posts from it', { origin: 'https://otp.example' }],
    ['what it reads', { 'sec-fetch-site': 'same-origin' }],
  ])('for %s', (_what, headers) => {
    expect(isFromOwnPage(headers, OWN)).toBe(true);
  });

  test.each([
    ['a form of a foreign page', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['a page of a neighbour', { origin: 'https://app.otp.example', 'sec-fetch-site': 'same-site' }],
    ['the same name without TLS', { origin: 'http://otp.example' }],
    ['the same name on another port', { origin: 'https://otp.example:8443' }],
    ['a page in a sandbox, or behind a redirect', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['an image or a link in a foreign page', { 'sec-fetch-site': 'cross-site' }],
    ['an address that somebody typed, or was sent', { 'sec-fetch-site': 'none' }],
    [
      'a claim that contradicts the origin',
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    ],
    ['what says nothing of itself', {}],
  ])('but not for %s', (_what, headers) => {
    expect(isFromOwnPage(headers, OWN)).toBe(false);
  });
});

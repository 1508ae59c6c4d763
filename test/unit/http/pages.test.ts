import { describe, expect, test } from 'vitest';
import { isHost, isOwnHost } from '../../../src/http/hosts.ts';
import { readOrigin } from '../../../src/http/origins.ts';
import { contentPolicy } from '../../../src/http/security-headers.ts';
import { readContact, securityTxt } from '../../../src/http/security-txt.ts';

describe('the host of a page', () => {
  const allowed = new Set(['otp.example']);

  test.each([
    '127.0.0.1:4000',
    '192.168.1.20',
    '[::1]:4000',
    'localhost',
    'LOCALHOST:4000',
    'app.localhost:80',
    'otp.example',
    'OTP.example:443',
    'otp.example.',
  ])('%s is ours', (host) => {
    expect(isHost(host, '1.1')).toBe(true);
    expect(isOwnHost(host, allowed)).toBe(true);
  });

  test.each([
    'evil.example',
    'otp.example.evil.example',
    'evil-otp.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example:4000',
    'notlocalhost',
    '1.2.3',
    '[evil]',
    '',
    'a b',
  ])('%s is not, whoever pointed it here', (host) => {
    expect(isOwnHost(host, allowed)).toBe(false);
  });

  test('must be said', () => {
    expect(isOwnHost(undefined, allowed)).toBe(false);
  });
});

test.each([
  ['https://app.example', 'https://app.example'],
  ['HTTPS://App.Example:443', 'https://app.example'],
  ['http://localhost:5173', 'http://localhost:5173'],
  ['http://app.example:80', 'http://app.example'],
  ['http://[::1]:3000', 'http://[::1]:3000'],
  ['capacitor://localhost', 'capacitor://localhost'],
  ['https://app.example/', undefined],
  ['https://*.example', undefined],
  ['app.example', undefined],
  ['null', undefined],
  ['', undefined],
  ['https://user@app.example', undefined],
  [`https://${'a'.repeat(300)}.example`, undefined],
])('the origin %j is read as %j', (text, expected) => {
  expect(readOrigin(text)).toBe(expected);
});

test('a policy allows nothing but what a page names', () => {
  expect(contentPolicy({})).toBe(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(contentPolicy({ 'script-src': "'nonce-x'" })).toMatch(
    /^default-src 'none'; .*; script-src 'nonce-x'$/,
  );
});

describe('security.txt', () => {
  const now = Date.parse('2026-11-23T15:04:05Z');

  test('has what RFC 9116 asks for: a contact, and an end within a year', () => {
    const text = securityTxt('mailto:security@otp.example', 'https://otp.example', now);
    expect(text).toMatch(/^Contact: mailto:security@otp\.example\nExpires: 2027-05-22T00:00:00\.000Z\n/);
    expect(text).toContain('\nCanonical: https://otp.example/.well-known/security.txt\n');
    expect(text.endsWith('\n')).toBe(true);
  });

  test('without a contact names those who make the program, and no address that nobody else can reach', () => {
    const text = securityTxt(undefined, 'http://localhost:4000', now);
    expect(text).toMatch(/^Contact: https:\/\//);
    expect(text).not.toContain('Canonical');
  });

  test.each([
    ['security@otp.example', 'mailto:security@otp.example'],
    ['mailto:a@b.example', 'mailto:a@b.example'],
    ['https://otp.example/security', 'https://otp.example/security'],
    ['tel:+1-201-555-0123', 'tel:+1-201-555-0123'],
    ['http://otp.example', undefined],
    ['a@b.example\nContact: evil@b.example', undefined],
    ['javascript:alert(1)', undefined],
  ])('a contact is an address or a URI: %j', (text, expected) => {
    expect(readContact(text)).toBe(expected);
  });
});

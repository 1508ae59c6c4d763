import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAddressOf, type ProxyHeader, type ProxyTrust } from '../../../src/http/client-address.ts';

const request = (remoteAddress: string | undefined, headers: Record<string, string | string[]> = {}) => ({
  socket: { remoteAddress },
  headers,
});
const INSIDE: ProxyTrust = { by: 'networks', networks: ['10.0.0.0/8', 'fd00::/8'] };
const from = (trust: ProxyTrust, header: ProxyHeader, peer: string, value?: string) =>
  createAddressOf(trust, header)(request(peer, value === undefined ? {} : { [header]: value }));
const xff = (trust: ProxyTrust, peer: string, value?: string) => from(trust, 'x-forwarded-for', peer, value);
const forwarded = (trust: ProxyTrust, peer: string, value?: string) => from(trust, 'forwarded', peer, value);

describe('without a trusted proxy', () => {
  test('a request came from where its socket is from, whatever its headers say', () => {
    const headers = { 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.1' };
    const addressOf = createAddressOf({ by: 'nobody' }, 'x-forwarded-for');
    expect(addressOf(request('203.0.113.7', headers))).toBe('203.0.113.7');
    expect(addressOf(request('::ffff:203.0.113.7', headers))).toBe('203.0.113.7');
    expect(addressOf(request(undefined, headers))).toBeUndefined();
  });
});

describe('with trusted networks', () => {
  test('whoever calls from elsewhere is not believed', () => {
    expect(xff(INSIDE, '203.0.113.7', '192.0.2.1')).toBe('203.0.113.7');
  });

  test.each([
    ['one proxy', '192.0.2.1', '192.0.2.1'],
    ['several proxies', '192.0.2.1, 10.0.0.3, fd00::3', '192.0.2.1'],
    ['a lie of the client', '198.51.100.9, 192.0.2.1', '192.0.2.1'],
    ['a lie that looks like a proxy of ours', '10.9.9.9, 192.0.2.1, 10.0.0.3', '192.0.2.1'],
    ['a port', '192.0.2.1:4711', '192.0.2.1'],
    ['IPv6', '2001:db8::1', '2001:db8::1'],
    ['IPv6 with a port', '[2001:db8::1]:4711', '2001:db8::1'],
    ['IPv4 in the form of IPv6', '::ffff:192.0.2.1', '192.0.2.1'],
    ['a client of our own', '10.1.1.1', '10.1.1.1'],
    ['nothing', '', '10.0.0.2'],
  ])('the header tells through %s', (_what, value, expected) => {
    expect(xff(INSIDE, '10.0.0.2', value)).toBe(expected);
  });

  test.each([
    'unknown',
    '_hidden',
    'localhost',
    '192.0.2.1.1',
    '999.1.1.1',
    '<script>',
    '192.0.2.1 10.0.0.1',
  ])('an entry that is no address (%s) is nowhere, and nothing behind it is believed', (entry) => {
    expect(xff(INSIDE, '10.0.0.2', entry)).toBeUndefined();
    expect(xff(INSIDE, '10.0.0.2', `192.0.2.1, ${entry}`)).toBeUndefined();
  });

  test('a header that came in several lines is one', () => {
    const lines = { 'x-forwarded-for': ['198.51.100.9', '192.0.2.1, 10.0.0.3'] };
    expect(createAddressOf(INSIDE, 'x-forwarded-for')(request('10.0.0.2', lines))).toBe('192.0.2.1');
  });

  test('the header that was not chosen is not read', () => {
    const headers = { forwarded: 'for=198.51.100.9' };
    expect(createAddressOf(INSIDE, 'x-forwarded-for')(request('10.0.0.2', headers))).toBe('10.0.0.2');
  });
});

describe('with a number of hops', () => {
  test('so many entries are believed, counted from the end', () => {
    expect(xff({ by: 'hops', hops: 1 }, '10.0.0.2', '198.51.100.9, 192.0.2.1')).toBe('192.0.2.1');
    expect(xff({ by: 'hops', hops: 2 }, '10.0.0.2', '198.51.100.9, 192.0.2.1')).toBe('198.51.100.9');
    expect(xff({ by: 'hops', hops: 3 }, '10.0.0.2', '192.0.2.1')).toBe('192.0.2.1');
    expect(xff({ by: 'hops', hops: 1 }, '10.0.0.2')).toBe('10.0.0.2');
  });
});

describe('the header Forwarded (RFC 7239)', () => {
  test.each([
    ['a pair', 'for=192.0.2.1', '192.0.2.1'],
    ['its other pairs', 'proto=https;For="192.0.2.1:80";by=203.0.113.43, for=10.0.0.3', '192.0.2.1'],
    ['IPv6', 'for="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['white space', ' for=198.51.100.9 , for=192.0.2.1 ; proto=http', '192.0.2.1'],
    ['commas and semicolons in quotes', 'for=198.51.100.9;x=", for=6.6.6.6;", for=192.0.2.1', '192.0.2.1'],
    ['escaped quotes', String.raw`for=198.51.100.9;x="\", for=6.6.6.6", for=192.0.2.1`, '192.0.2.1'],
  ])('is read with %s', (_what, value, expected) => {
    expect(forwarded(INSIDE, '10.0.0.2', value)).toBe(expected);
  });

  test.each([
    ['a quote that is left open', 'for="198.51.100.9, for=192.0.2.1'],
    ['a quote that swallows the next', 'for=198.51.100.9;x=", for="[2001:db8::1]"'],
    ['an escape that swallows a quote', String.raw`for=198.51.100.9;x="\", for=192.0.2.1`],
    ['an entry without an address', 'for=198.51.100.9, proto=http'],
    ['an obfuscated one', 'for=_gazonk'],
    ['an unknown one', 'for=unknown'],
    ['rubbish', '192.0.2.1'],
    ['a bare comma', 'for=192.0.2.1,'],
  ])('says nothing with %s', (_what, value) => {
    expect(forwarded(INSIDE, '10.0.0.2', value)).toBeUndefined();
  });
});

describe('a client that sends whatever it likes', () => {
  const client = fc.oneof(
    fc.ipV4().filter((address) => !address.startsWith('10.')),
    fc.constantFrom('2001:db8::7', '203.0.113.9'),
  );
  const proxies = fc.array(fc.constantFrom('10.0.0.1', '10.255.1.1', 'fd00::1'), {
    minLength: 1,
    maxLength: 4,
  });
  /** Each proxy appends whom it was called by; the last one calls us. */
  const through = (lie: string, entries: readonly string[]) =>
    [lie, ...entries].join(', ').replace(/^, /, '');

  test('cannot change where it is believed to be: X-Forwarded-For', () => {
    const lies = fc.oneof(
      fc.string(),
      fc.ipV4(),
      fc.constantFrom('10.0.0.1', '10.0.0.1, 10.0.0.2', 'unknown', ','),
    );
    fc.assert(
      fc.property(client, proxies, lies, (address, passed, lie) => {
        const value = through(lie, [address, ...passed.slice(0, -1)]);
        expect(xff(INSIDE, passed.at(-1)!, value)).toBe(address);
        expect(xff({ by: 'hops', hops: passed.length }, passed.at(-1)!, value)).toBe(address);
      }),
    );
  });

  test('cannot change where it is believed to be: Forwarded', () => {
    const part = fc.constantFrom(
      'for=',
      '6.6.6.6',
      '"',
      '\\',
      ',',
      ';',
      ' ',
      'x=',
      '10.0.0.1',
      'for=10.0.0.1',
      '[',
      ']',
    );
    const lies = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
    );
    const entry = (address: string) =>
      address.includes(':') ? `for="[${address}]:80"` : `for=${address};proto="https"`;
    fc.assert(
      fc.property(client, proxies, lies, (address, passed, lie) => {
        const value = through(lie, [address, ...passed.slice(0, -1)].map(entry));
        // What cannot be read is nowhere; it is never somewhere else.
        expect([address, undefined]).toContain(forwarded(INSIDE, passed.at(-1)!, value));
      }),
      { numRuns: 2_000 },
    );
  });
});

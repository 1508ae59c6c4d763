import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CarrierConfig } from '../../../src/carriers/config.ts';
import type { OutboundMessage } from '../../../src/carriers/carrier.ts';
import type { HttpCarrierConfig } from '../../../src/carriers/http/config.ts';
import { PLACEHOLDERS } from '../../../src/carriers/http/placeholders.ts';
import { createSubmitWriter } from '../../../src/carriers/http/request.ts';
import type { HttpRequest } from '../../../src/outgoing/http/exchange.ts';
import { fill, parseTemplate, TemplateError } from '../../../src/outgoing/http/template.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const message: OutboundMessage = {
  attemptId: `att_${'0'.repeat(31)}1`,
  to: '+385911234567',
  sender: '+447700900123',
  text: 'Code 123 & co = ß',
  expiresAt: new Date(NOW + 90_500),
};
const secrets = { key: 'ab c&d/ü', user: 'me', password: 'p:w' };

function write(request: Record<string, unknown>, changed: Partial<OutboundMessage> = {}) {
  const config = CarrierConfig.parse({
    kind: 'http',
    request: { url: 'https://api.example/', ...request },
    answer: { messageId: '/id' },
    receipts: {
      messageId: '/id',
      state: '/s',
      states: { ok: 'delivered' },
      auth: { type: 'secret', query: 't', secret: 'key' },
    },
  }) as HttpCarrierConfig;
  return createSubmitWriter(config, secrets, 'https://otp.example/cb').write({ ...message, ...changed }, NOW);
}

const written = (...args: Parameters<typeof write>): HttpRequest & { text: string } => {
  const request = write(...args);
  if ('kind' in request) throw new Error(request.error.message);
  return { ...request, text: request.body?.toString('utf8') ?? '' };
};

describe('a request', () => {
  test('has every placeholder with its value and its type, in JSON', () => {
    const json = Object.fromEntries(PLACEHOLDERS.map((name) => [name, `{${name}}`]));
    expect(JSON.parse(written({ body: { json } }).text)).toEqual({
      to: '+385911234567',
      'to.digits': '385911234567',
      sender: '+447700900123',
      'sender.bare': '447700900123',
      text: 'Code 123 & co = ß',
      'text.utf16Hex': '0043006F006400650020003100320033002000260020006300 6F0020003D002000DF'.replace(
        ' ',
        '',
      ),
      unicode: false,
      'unicode.digit': 0,
      segments: 1,
      attemptId: `att_${'0'.repeat(31)}1`,
      validitySeconds: 90,
      validityMinutes: 1,
      expiresAt: '2026-01-02T03:05:35.500Z',
      'expiresAt.unix': Math.floor((NOW + 90_500) / 1_000),
      callbackUrl: 'https://otp.example/cb',
      'registration.*': '',
    });
    const registered = written(
      { body: { json: ['{registration.dlt.entity}', '{registration.dlt.template}'] } },
      { registrations: { 'dlt.entity': '1101' } },
    );
    expect(JSON.parse(registered.text)).toEqual(['1101', '']);
    const unicode = written(
      { body: { json: ['{unicode}', '{unicode.digit}', '{segments}'] } },
      { text: 'ж'.repeat(71) },
    );
    expect(JSON.parse(unicode.text)).toEqual([true, 1, 2]);
  });

  test('mixes placeholders and text into text, at any depth, and leaves other values alone', () => {
    const json = { a: [{ b: 'ttl={validitySeconds};', c: 7, d: null, e: true }], '{to}': '{{to}}' };
    expect(JSON.parse(written({ body: { json } }).text)).toEqual({
      a: [{ b: 'ttl=90;', c: 7, d: null, e: true }],
      '{to}': '{to}',
    });
  });

  test('encodes values in the URL so that each is one value', () => {
    const { target } = written({ url: 'https://api.example/v1/{sender}/{to}?k={secret.key}&t={text}&x=1' });
    expect(target).toBe(
      '/v1/%2B447700900123/%2B385911234567?k=ab%20c%26d%2F%C3%BC&t=Code%20123%20%26%20co%20%3D%20%C3%9F&x=1',
    );
    expect(written({ url: 'https://api.example?to={to}' }).target).toBe('/?to=%2B385911234567');
  });

  test('with any text is read back as it was: from the query, a form and JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        const { target } = written({ url: 'https://api.example/?t={text}&u=1' }, { text });
        expect(new URL(target, 'https://h').searchParams.get('t')).toBe(text);
        expect([...new URL(target, 'https://h').searchParams.keys()]).toEqual(['t', 'u']);
        const form = written({ body: { form: { t: '{text}', u: 'x' } } }, { text });
        expect([...new URLSearchParams(form.text)]).toEqual([
          ['t', text],
          ['u', 'x'],
        ]);
        expect(JSON.parse(written({ body: { json: { t: '{text}' } } }, { text }).text)).toEqual({ t: text });
      }),
    );
  });

  test('is not written when a value would be more than a value: a line in a header, a step up in a path', () => {
    const refused = { kind: 'rejected', error: { code: 'invalid_request' }, retry: 'elsewhere' };
    const headers = { 'x-text': '{text}' };
    expect(write({ headers }, { text: 'a\r\nx-evil: 1' })).toMatchObject(refused);
    expect(write({ headers }, { text: 'ж' })).toMatchObject(refused);
    expect(write({ url: 'https://api.example/{sender}/send' }, { sender: '..' })).toMatchObject(refused);
  });

  test('says who we are by the secrets', () => {
    const basic = written({ auth: { type: 'basic', user: '{secret.user}', password: '{secret.password}' } });
    expect(basic.headers.authorization).toBe(`Basic ${Buffer.from('me:p:w').toString('base64')}`);
    const bearer = written({ auth: { type: 'bearer', token: '{secret.user}' } });
    expect(bearer.headers.authorization).toBe('Bearer me');
  });

  test('has the headers that its body needs, or those that the configuration wants instead', () => {
    const { headers, body } = written({ body: { json: '{text}' }, headers: { 'Content-Type': 'text/json' } });
    expect(headers).toMatchObject({ 'content-type': 'text/json', 'content-length': String(body!.length) });
    expect(written({ method: 'GET' }).headers).not.toHaveProperty('content-length');
    expect(written({}).headers['content-length']).toBe('0');
  });

  test('is not written for a message of no use any more', () => {
    expect(write({}, { expiresAt: new Date(NOW) })).toMatchObject({
      error: { code: 'expired' },
      retry: 'never',
    });
  });
});

describe('a template', () => {
  test('is read and filled back to any text that was escaped into it', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constant(null))), (parts) => {
        const template = parts.map((part) => part?.replace(/[{}]/g, '$&$&') ?? '{to}').join('');
        const filled = fill(parseTemplate(template, ['to']), () => 'T');
        expect(filled).toBe(parts.map((part) => part ?? 'T').join(''));
      }),
    );
  });

  test('is read or refused in words, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', 't', 'o', '.') }), (text) => {
        try {
          parseTemplate(text, ['to']);
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
    );
  });
});

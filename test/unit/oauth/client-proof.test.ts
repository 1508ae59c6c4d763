import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readClientProof, readParams } from '../../../src/oauth/client-proof.ts';
import { OAuthRefused } from '../../../src/oauth/errors.ts';

const CLIENT = `cli_${'1'.repeat(32)}`;
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const refused = (error: string) => expect.objectContaining({ error }) as Error;
const params = (form: Record<string, string>) => readParams(new URLSearchParams(form).toString());

describe('the parameters of a form', () => {
  test('are each there once; one without a value counts as left out', () => {
    expect([...readParams('a=1&b=&c=x%20y+z')]).toEqual([
      ['a', '1'],
      ['c', 'x y z'],
    ]);
    expect(() => readParams('a=1&a=1')).toThrow(refused('invalid_request'));
    expect([...readParams('__proto__=1&constructor=2')]).toHaveLength(2);
  });
});

describe('the proof of a client', () => {
  test('is read from the header, encoded as in a form, or from the form', () => {
    const proof = { kind: 'secret', clientId: 'a:b c', secret: 'p%:+~' };
    const header = basic(`${encodeURIComponent('a:b c').replace('%20', '+')}:${encodeURIComponent('p%:+~')}`);
    expect(readClientProof(header, new Map())).toEqual(proof);
    expect(readClientProof(header, params({ client_id: 'a:b c' }))).toEqual(proof);
    expect(readClientProof(undefined, params({ client_id: 'a:b c', client_secret: 'p%:+~' }))).toEqual(proof);
  });

  test('is one and no more', () => {
    const secret = { client_id: CLIENT, client_secret: 's' };
    const assertion = {
      client_assertion: 'x',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    };
    const header = basic(`${CLIENT}:s`);
    for (const [given, form] of [
      [header, { client_secret: 's' }],
      [header, assertion],
      [undefined, { ...secret, ...assertion }],
      [header, { client_id: 'other' }],
      [undefined, { ...assertion, client_assertion_type: 'other' }],
    ] as const)
      expect(() => readClientProof(given, params(form))).toThrow(refused('invalid_request'));
    for (const [given, form] of [
      [undefined, {}],
      [undefined, { client_id: CLIENT }],
      [undefined, { client_secret: 's' }],
      ['Bearer x', {}],
      ['Basic', {}],
      [basic('without a colon'), {}],
      [basic('%zz:x'), {}],
    ] as const)
      expect(() => readClientProof(given, params(form))).toThrow(refused('invalid_client'));
  });

  test('is read from any text without an exception of another kind', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }).map(basic));
    fc.assert(
      fc.property(fc.option(texts, { nil: undefined }), fc.string({ unit: 'binary' }), (header, form) => {
        try {
          readClientProof(header, readParams(form));
        } catch (error) {
          expect(error).toBeInstanceOf(OAuthRefused);
          expect((error as Error).message).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
        }
      }),
    );
  });
});

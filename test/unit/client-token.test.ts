import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFrom, readBinding, sealOfBinding, type ClientBinding } from '../../src/accounts/client-binding.ts';
import { issueClientToken, readClientToken, refuseEnded } from '../../src/accounts/client-token.ts';
import { CredentialInvalid } from '../../src/accounts/errors.ts';
import { InvalidInput } from '../../src/errors.ts';
import { verificationRows } from '../support/event-arbitraries.ts';
import { fixedKeyring } from '../support/keyring.ts';

const keys = fixedKeyring({ installation: { D1: 'old', D2: 'new' } });
const before = fixedKeyring({ installation: { D1: 'old' } });
const upgraded = fixedKeyring({ installation: { D1: 'new', 'root-1': 'old' } });
const strange = fixedKeyring({ installation: { D2: 'strange' } });

/** As an earlier version made it, under the root key `root-1`. */
const ROOT_KEY_TOKEN =
  'otpost_ct_root-1_ERERERERERERERERERERESIiIiIiIiIiIiIiIiIiIiIBm3bfO-AJqA6tFPf6BNxcGe-27z0z';

const MINUTE = 60_000;
const expiresAt = new Date(Date.UTC(2026, 0, 1));
const verification = { accountId: `acc_${'1'.repeat(32)}`, id: `vrf_${'2'.repeat(32)}`, expiresAt } as const;
const valid = expiresAt.getTime();

const SHOP = { kind: 'origin', origin: 'https://shop.example' } as const;
const APP = { kind: 'app', app: 'com.example.app' } as const;

describe('a client token', () => {
  test('stands for its verification and account, whatever they are', () => {
    fc.assert(
      fc.property(verificationRows, (row) => {
        expect(readClientToken(keys, issueClientToken(keys, row), row.expiresAt.getTime())).toEqual({
          kind: 'clientToken',
          accountId: row.accountId,
          verificationId: row.id,
          expiresAt: new Date(row.expiresAt.getTime() + MINUTE),
        });
      }),
    );
  });

  test('lives a minute longer than its verification, to see the end of it, and not a moment more', () => {
    const token = issueClientToken(keys, verification);
    expect(readClientToken(keys, token, valid + MINUTE - 1)).toBeDefined();
    expect(readClientToken(keys, token, valid + MINUTE)).toBeUndefined();
  });

  test('ends a minute after its verification when that has ended before its time, and other credentials never do', () => {
    const who = readClientToken(keys, issueClientToken(keys, verification), 0)!;
    const endedAt = new Date(valid - 5 * MINUTE);
    const at = (ms: number, endedAt: Date | null) => () => refuseEnded(who, endedAt, ms);
    expect(at(endedAt.getTime() + MINUTE - 1, endedAt)).not.toThrow();
    expect(at(endedAt.getTime() + MINUTE, endedAt)).toThrow(CredentialInvalid);
    expect(at(valid, null)).not.toThrow();
    const key = {
      kind: 'apiKey',
      accountId: verification.accountId,
      apiKeyId: `key_${'3'.repeat(32)}`,
    } as const;
    expect(() => refuseEnded(key, endedAt, valid)).not.toThrow();
  });

  test('outlives a rotation of the keys, until its key is gone', () => {
    const token = issueClientToken(before, verification);
    expect(readClientToken(keys, token, valid)).toBeDefined();
    expect(readClientToken(strange, token, valid)).toBeUndefined();
  });

  test('outlives the upgrade from root keys to data keys', () => {
    expect(readClientToken(upgraded, ROOT_KEY_TOKEN, valid)).toBeDefined();
    expect(readClientToken(keys, ROOT_KEY_TOKEN, valid)).toBeUndefined();
  });

  test('is worth nothing under another key of the same name', () => {
    expect(readClientToken(strange, issueClientToken(keys, verification), valid)).toBeUndefined();
  });

  test.each([undefined, SHOP])(
    'is worth nothing with any character changed, added or left out',
    (binding) => {
      const token = issueClientToken(keys, verification, binding);
      const characters = 'ABCxyz019-_=. ';
      for (let i = 0; i < token.length; i++) {
        expect(readClientToken(keys, token.slice(0, i) + token.slice(i + 1), valid)).toBeUndefined();
        for (const character of characters) {
          if (character !== token[i])
            expect(
              readClientToken(keys, token.slice(0, i) + character + token.slice(i + 1), valid),
            ).toBeUndefined();
          expect(
            readClientToken(keys, token.slice(0, i) + character + token.slice(i), valid),
          ).toBeUndefined();
        }
      }
    },
  );

  test('any text is read without an exception', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string().map((text) => `otpost_ct_${text}`),
      fc.string({ minLength: 72, maxLength: 72 }).map((text) => `otpost_ct_D2_${text}`),
    );
    fc.assert(fc.property(texts, (text) => readClientToken(keys, text, 0) === undefined));
  });

  test('fits a header, and is made of characters that need no escaping', () => {
    for (const binding of [undefined, SHOP, APP])
      expect(issueClientToken(keys, verification, binding)).toMatch(/^otpost_ct_[A-Za-z0-9_-]{1,120}$/);
  });

  test('that is bound says to what it belongs, and nothing of it when it is not', () => {
    const bindingOf = (binding?: ClientBinding) =>
      readClientToken(keys, issueClientToken(keys, verification, binding), valid)!.binding;
    expect(bindingOf()).toBeUndefined();
    expect(bindingOf(SHOP)).toEqual(sealOfBinding(SHOP));
    expect(bindingOf(APP)).toEqual(sealOfBinding(APP));
  });
});

describe('what a client token is bound to', () => {
  test('is read as browsers write it, and anything else is refused', () => {
    expect(readBinding({ clientOrigin: ' HTTPS://Shop.Example:443 ' })).toEqual(SHOP);
    expect(readBinding({ clientOrigin: 'capacitor://localhost' })).toMatchObject({ kind: 'origin' });
    expect(readBinding({ clientApp: 'com.example.app' })).toEqual(APP);
    expect(readBinding({ clientOrigin: null, clientApp: null })).toBeUndefined();
    for (const clientOrigin of [
      'https://shop.example/',
      'shop.example',
      'null',
      '*',
      'https://*.example',
      '',
    ])
      expect(() => readBinding({ clientOrigin })).toThrow(InvalidInput);
    for (const clientApp of ['app', 'com.example.', '.app', 'com example app', '', `com.${'x'.repeat(152)}`])
      expect(() => readBinding({ clientApp })).toThrow(InvalidInput);
    expect(() => readBinding({ clientOrigin: SHOP.origin, clientApp: APP.app })).toThrow(InvalidInput);
  });

  test('an app cannot be passed for by a page, nor an origin by an app', () => {
    const both = { origin: SHOP.origin, clientApp: APP.app };
    expect(isFrom(sealOfBinding(SHOP), both)).toBe(true);
    expect(isFrom(sealOfBinding(APP), both)).toBe(false);
    expect(isFrom(sealOfBinding(APP), { clientApp: APP.app })).toBe(true);
    expect(isFrom(sealOfBinding({ kind: 'app', app: SHOP.origin }), { origin: SHOP.origin })).toBe(false);
  });
});

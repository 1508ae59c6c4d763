import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { issueClientToken, readClientToken } from '../../src/accounts/client-token.ts';
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

describe('a client token', () => {
  test('stands for its verification and account, whatever they are', () => {
    fc.assert(
      fc.property(verificationRows, (row) => {
        expect(readClientToken(keys, issueClientToken(keys, row), row.expiresAt.getTime())).toEqual({
          kind: 'clientToken',
          accountId: row.accountId,
          verificationId: row.id,
          expiresAt: new Date(row.expiresAt.getTime() + 5 * MINUTE),
        });
      }),
    );
  });

  test('lives five minutes longer than its verification, to see the end of it, and not a moment more', () => {
    const token = issueClientToken(keys, verification);
    expect(readClientToken(keys, token, valid + 5 * MINUTE - 1)).toBeDefined();
    expect(readClientToken(keys, token, valid + 5 * MINUTE)).toBeUndefined();
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

  test('is worth nothing with any character changed, added or left out', () => {
    const token = issueClientToken(keys, verification);
    const characters = 'ABCxyz019-_=. ';
    for (let i = 0; i < token.length; i++) {
      expect(readClientToken(keys, token.slice(0, i) + token.slice(i + 1), valid)).toBeUndefined();
      for (const character of characters) {
        if (character !== token[i])
          expect(
            readClientToken(keys, token.slice(0, i) + character + token.slice(i + 1), valid),
          ).toBeUndefined();
        expect(readClientToken(keys, token.slice(0, i) + character + token.slice(i), valid)).toBeUndefined();
      }
    }
  });

  test('any text is read without an exception', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string().map((text) => `otpost_ct_${text}`),
      fc.string({ minLength: 72, maxLength: 72 }).map((text) => `otpost_ct_D2_${text}`),
    );
    fc.assert(fc.property(texts, (text) => readClientToken(keys, text, 0) === undefined));
  });

  test('fits a header, and is made of characters that need no escaping', () => {
    expect(issueClientToken(keys, verification)).toMatch(/^otpost_ct_[A-Za-z0-9_-]{1,100}$/);
  });
});

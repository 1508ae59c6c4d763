import { argon2Sync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newPassword } from '../../../src/people/new-password.ts';
import { hashPassword, readNewPassword, verifyPassword } from '../../../src/people/password.ts';

const random = (count: number) => randomBytes(count);

describe('a password', () => {
  test('is kept as argon2id with the cost that OWASP names, under a salt of its own', async () => {
    const stored = await Promise.all([1, 2].map(() => hashPassword(random, 'correct horse battery')));
    for (const text of stored)
      expect(text).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(stored[0]).not.toBe(stored[1]);
    const [, , , , salt, tag] = stored[0]!.split('$');
    const parameters = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };
    const nonce = Buffer.from(salt!, 'base64');
    const made = argon2Sync('argon2id', { message: 'correct horse battery', nonce, ...parameters });
    expect(made.toString('base64').replace('=', '')).toBe(tag);
  });

  test('is recognised however its characters were composed, and no other one is', async () => {
    const stored = await hashPassword(random, 'ljubičasta mačka');
    expect(await verifyPassword(stored, 'ljubičasta mačka'.normalize('NFD'))).toBe(true);
    expect(await verifyPassword(stored, 'ljubicasta macka')).toBe(false);
    expect(await verifyPassword(stored, '')).toBe(false);
  });

  test('is checked at the cost that it was made with, so that the cost can be raised', async () => {
    const nonce = random(16);
    const tag = argon2Sync('argon2id', {
      message: 'old',
      nonce,
      memory: 64,
      passes: 1,
      parallelism: 1,
      tagLength: 16,
    });
    const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
    expect(await verifyPassword(`$argon2id$v=19$m=64,t=1,p=1$${text(nonce)}$${text(tag)}`, 'old')).toBe(true);
  });

  test('is not recognised by what is no hash', async () => {
    for (const stored of ['', 'plain', '$2b$10$abcdefghijklmnopqrstuv', '$argon2id$v=19$m=1,t=1,p=1$$'])
      expect(await verifyPassword(stored, 'plain')).toBe(false);
  });

  test('is of 15 to 128 characters, as a person counts them', () => {
    expect(readNewPassword('😀'.repeat(15))).toBe('😀'.repeat(15));
    expect(readNewPassword('😀'.repeat(128))).toHaveLength(256);
    for (const wrong of ['😀'.repeat(14), 'x'.repeat(129), ''])
      expect(() => readNewPassword(wrong)).toThrow(/15 to 128/);
  });
});

test('a password to begin with is one that is taken, and another each time', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes) => {
      const made = newPassword(() => Buffer.from(bytes));
      expect(made).toMatch(/^(?:[0-9a-hjkmnp-tv-z]{5}-){3}[0-9a-hjkmnp-tv-z]{5}$/);
      expect(readNewPassword(made)).toBe(made);
    }),
  );
  expect(newPassword(random)).not.toBe(newPassword(random));
});

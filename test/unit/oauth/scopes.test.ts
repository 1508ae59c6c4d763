import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALL_PERMISSIONS, withImplied } from '../../../src/accounts/permissions.ts';
import { readScope, SCOPES } from '../../../src/oauth/scopes.ts';

const allowed = fc.subarray([...SCOPES], { minLength: 1 });

describe('the scope of a request', () => {
  test('that is absent or empty is all that the client may do', () => {
    fc.assert(
      fc.property(allowed, fc.constantFrom(undefined, '', ' ', '   '), (may, text) => {
        expect(readScope(text, may)).toEqual({ granted: may });
      }),
    );
  });

  test('is granted when the client has all of it, with what a right to write brings, and refused otherwise', () => {
    fc.assert(
      fc.property(allowed, fc.subarray([...ALL_PERMISSIONS], { minLength: 1 }), (may, asked) => {
        const read = readScope(asked.join(' '), may);
        const all = withImplied(may);
        const beyond = asked.filter((name) => !all.has(name));
        if (beyond.length === 0) expect(read).toEqual({ granted: asked });
        else expect(read).toEqual({ refused: expect.stringContaining(beyond.join(' ')) as unknown });
      }),
    );
  });

  test('never grants what the client does not have, and repeats nothing that is no scope', () => {
    fc.assert(
      fc.property(allowed, fc.string({ unit: 'binary' }), (may, text) => {
        const read = readScope(text, may);
        if ('granted' in read)
          expect([...withImplied(may)]).toEqual(expect.arrayContaining([...read.granted]));
        else expect(read.refused).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
      }),
    );
  });

  test('cannot be one with which a token of minutes lets somebody in for good, whatever its client has', () => {
    for (const name of ['keys:manage', 'clients:manage', 'people:write'] as const) {
      expect(SCOPES).not.toContain(name);
      expect(readScope(name, SCOPES)).toHaveProperty('refused');
      expect(readScope(name, ALL_PERMISSIONS)).toHaveProperty('refused');
      expect(readScope(undefined, [name, 'services:read'])).toEqual({ granted: ['services:read'] });
    }
    expect(SCOPES).toContain('people:read');
  });
});

import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES, type DomainError, type ErrorCode } from '../../src/errors.ts';
import { faultOf, retrySeconds } from '../../src/rest/twilio/fault.ts';
import { idOfSid, sidOf, type SidKind } from '../../src/rest/twilio/sids.ts';

const KINDS = [
  ...(['acc', 'key', 'svc', 'vrf', 'msg', 'lim', 'bkt', 'saf', 'ent', 'fac', 'chl'] as const),
] satisfies readonly SidKind[];

const digits = fc
  .array(fc.constantFrom(...'0123456789abcdef'), { minLength: 32, maxLength: 32 })
  .map((all) => all.join(''));

describe('a sid', () => {
  test('leads back to the one id that it was made of, whatever that is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), digits, (kind, hex) => {
        const sid = sidOf(`${kind}_${hex}`);
        expect(sid).toMatch(/^[A-Z]{2}[0-9a-f]{32}$/);
        expect(KINDS.map((one) => idOfSid(one, sid)).filter(Boolean)).toEqual([`${kind}_${hex}`]);
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    '',
    'VA',
    `VA${'0'.repeat(31)}`,
    `VA${'0'.repeat(33)}`,
    `VA${'G'.repeat(32)}`,
    `va${'0'.repeat(32)}`,
  ])('%s is none', (text) => {
    for (const kind of KINDS) expect(idOfSid(kind, text)).toBeUndefined();
  });
});

describe('every error of the domain', () => {
  const page = readFileSync(new URL('../../docs/twilio.md', import.meta.url), 'utf8');

  test.each(Object.keys(ERROR_CODES) as ErrorCode[])('%s is a fault that the page explains', (code) => {
    const fault = faultOf({ code, message: 'why' } as DomainError);
    expect(fault.details).toEqual({ code, message: 'why' });
    expect(fault.more_info).toMatch(new RegExp(`docs/twilio[.]md#${fault.code}$`));
    if (ERROR_CODES[code] < 500) expect(page).toContain(`\n### ${fault.code}\n`);
  });
});

test('when to come back is said in whole seconds, one at least', () => {
  const at = (nextSendAt: number) => retrySeconds({ nextSendAt: new Date(nextSendAt) } as never, 10_000);
  expect([at(10_001), at(11_001), at(9_000)]).toEqual([1, 2, 1]);
  expect(retrySeconds({ code: 'verification/expired' } as never, 0)).toBeUndefined();
});

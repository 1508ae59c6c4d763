import fc from 'fast-check';
import { aboutAction, ALL_ACTIONS } from '../../src/audit/actions.ts';
import type { Details } from '../../src/audit/entry.ts';
import type { AuditEntry } from '../../src/audit/entry.ts';
import { ERROR_CODES, type ErrorCode } from '../../src/errors.ts';
import type { Id, IdPrefix } from '../../src/ids.ts';

const anIdOf = <Prefix extends IdPrefix>(prefix: Prefix): fc.Arbitrary<Id<Prefix>> =>
  fc.uuid({ version: 7 }).map((uuid): Id<Prefix> => `${prefix}_${uuid.replaceAll('-', '')}`);

const aWord = fc.stringMatching(/^[a-zA-Z_.: -]{1,20}$/);

const someDetails: fc.Arbitrary<Details> = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,10}$/),
  fc.oneof(aWord, fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.array(aWord, { maxLength: 4 })),
  { maxKeys: 4, noNullPrototype: true },
);

/** Any entry that the log could have. */
export function anEntry(): fc.Arbitrary<AuditEntry> {
  return fc.constantFrom(...ALL_ACTIONS).chain((action) =>
    fc.record({
      accountId: anIdOf('acc'),
      id: anIdOf('aud'),
      occurredAt: fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }),
      kind: fc.constantFrom('act', 'traffic', 'read', 'refusal'),
      actor: fc.record({
        kind: fc.constantFrom('apiKey', 'clientToken', 'system', 'several'),
        id: fc.option(anIdOf('key')),
        session: fc.option(anIdOf('key')),
        address: fc.option(fc.oneof(fc.ipV4(), fc.ipV6())),
      }),
      action: fc.constant(action),
      outcome: fc.constantFrom('ok', ...(Object.keys(ERROR_CODES) as ErrorCode[])),
      count: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      targets: fc.array(anIdOf(aboutAction(action).target), { maxLength: 5 }),
      details: fc.option(someDetails),
      mode: fc.constantFrom('live', 'test', undefined),
    }),
  );
}

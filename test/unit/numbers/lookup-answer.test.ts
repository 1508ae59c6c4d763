import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLookup } from '../../../src/numbers/lookup-answer.ts';
import { NumberLookupConfig } from '../../../src/numbers/lookup-config.ts';
import { lookupReader } from '../../../src/numbers/lookup-reader.ts';

function reader(answer: Record<string, unknown>) {
  const request = { method: 'GET', url: 'https://lookup.example/{to}' };
  return lookupReader(NumberLookupConfig.parse({ request, answer }));
}

function read(body: unknown, answer: Record<string, unknown>, status = 200) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readLookup({ status, retryAfter: undefined, body: text, incomplete: undefined }, reader(answer));
}

const TOGETHER = { operator: { at: '/net', values: { 'A1-HR': '21910' } } };
const APART = { operator: { mcc: '/mcc', mnc: '/mnc' } };

describe('an operator is read', () => {
  test.each([
    [{ net: '21910' }, TOGETHER, '21910'],
    [{ net: 21910 }, TOGETHER, '21910'],
    [{ net: '219-10' }, TOGETHER, '21910'],
    [{ net: '219 01' }, TOGETHER, '21901'],
    [{ net: 'a1-hr' }, TOGETHER, '21910'],
    [{ net: '310260' }, TOGETHER, '310260'],
    [{ mcc: '219', mnc: '01' }, APART, '21901'],
    [{ mcc: 219, mnc: 1 }, APART, '21901'],
    [{ mcc: 310, mnc: 30 }, APART, '310030'],
    [{ net: null }, TOGETHER, null],
    [{ net: ' ' }, TOGETHER, null],
    [{ mcc: '219', mnc: null }, APART, null],
  ])('%j as %j', (body, answer, operator) => {
    expect(read(body, answer)).toEqual({
      kind: 'answered',
      facts: { operator, lineType: null, ported: null, reachable: null },
    });
  });

  test('from a line of text, too', () => {
    const line = { format: { separators: ';' }, operator: { at: '/1' } };
    expect(read('OK;21902;1', line)).toMatchObject({ facts: { operator: '21902' } });
  });
});

test('a name that nobody translated is no operator, and is said to whoever wrote the configuration', () => {
  expect(read({ net: 'Vodafone' }, TOGETHER)).toMatchObject({
    kind: 'answered',
    facts: { operator: null },
    oddity: 'the operator is neither MCC and MNC nor one of "values"',
  });
});

test('a pointer that leads nowhere is a mistake that is told, not a number without an operator', () => {
  expect(read({ network: '21910' }, TOGETHER)).toEqual({
    kind: 'failed',
    reason: 'the answer has nothing at /net',
    closed: false,
  });
});

test('flags and line types are understood in the usual words and in those of the configuration', () => {
  const answer = {
    ...TOGETHER,
    lineType: { at: '/type', values: { GSM: 'mobile' } },
    ported: { at: '/ported' },
    reachable: { at: '/state', values: { absent: false } },
  };
  const facts = (body: object) => (read({ net: '21910', ...body }, answer) as { facts: object }).facts;
  expect(facts({ type: 'gsm', ported: true, state: 'ABSENT' })).toMatchObject({
    lineType: 'mobile',
    ported: true,
    reachable: false,
  });
  expect(facts({ type: 'Landline', ported: 'N' })).toMatchObject({
    lineType: 'fixed',
    ported: false,
    reachable: null,
  });
  expect(facts({ type: 'satellite', ported: 'perhaps' })).toMatchObject({ lineType: null, ported: null });
});

test('what an unknown number looks like is said by the configuration; any other refusal is a failure', () => {
  const answer = { ...TOGETHER, unknown: [{ status: [404], at: '/error', is: ['not_found'] }] };
  expect(read({ error: 'not_found' }, answer, 404)).toMatchObject({
    kind: 'answered',
    facts: { operator: null },
  });
  expect(read({ error: 'no_such_path' }, answer, 404)).toMatchObject({ kind: 'failed', closed: false });
  expect(read({ error: 'not_found' }, answer, 401)).toMatchObject({ kind: 'failed', closed: true });
  expect(read('', answer, 302)).toMatchObject({ kind: 'failed', closed: true });
});

test('any bytes as an answer are an outcome that can be stored', () => {
  const readers = [TOGETHER, APART, { ...TOGETHER, format: 'form' }].map(reader);
  const values = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.constant(null), fc.jsonValue());
  const bodies = fc.oneof(
    fc.string(),
    fc.record({ net: values, mcc: values, mnc: values }).map((it) => JSON.stringify(it)),
  );
  fc.assert(
    fc.property(
      bodies,
      fc.integer({ min: 100, max: 599 }),
      fc.constantFrom(...readers),
      (body, status, by) => {
        const outcome = readLookup({ status, retryAfter: undefined, body, incomplete: undefined }, by);
        if (outcome.kind === 'answered' && outcome.facts.operator !== null)
          expect(outcome.facts.operator).toMatch(/^\d{5,6}$/);
      },
    ),
  );
});

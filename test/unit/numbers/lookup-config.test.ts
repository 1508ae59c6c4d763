import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readLookup } from '../../../src/numbers/lookup-answer.ts';
import { NumberLookupConfig } from '../../../src/numbers/lookup-config.ts';
import { lookupReader } from '../../../src/numbers/lookup-reader.ts';
import { secretsOfLookup } from '../../../src/numbers/lookup-secrets.ts';
import { inputProblem } from '../../../src/read-input.ts';

const REQUEST = { method: 'GET', url: 'https://lookup.example/{to.digits}' };
const ANSWER = { operator: { at: '/net' } };

function problemOf(config: object): string {
  const read = NumberLookupConfig.safeParse({ request: REQUEST, answer: ANSWER, ...config });
  if (read.success) return 'none';
  const { path, message } = inputProblem(read.error, 'config');
  return `${path}: ${message}`;
}

test('what is left out has a default', () => {
  expect(NumberLookupConfig.parse({ request: REQUEST, answer: ANSWER })).toMatchObject({
    deadlineMs: 800,
    timeoutMs: 800,
    keepSeconds: 30 * 86_400,
    keepUnknownSeconds: 3_600,
    price: 0,
    countries: null,
    allowPlainHttp: false,
  });
});

test.each([
  [{ request: { ...REQUEST, url: 'https://lookup.example/{text}' } }, /^config\.request\.url: .*{text}/],
  [{ request: { ...REQUEST, url: 'https://{to}.example/' } }, /^config\.request\.url: no placeholder/],
  [{ request: { ...REQUEST, url: 'https://lookup.example/' } }, /^config\.request: it nowhere names/],
  [{ request: { ...REQUEST, url: 'http://lookup.example/{to}' } }, /^config\.request\.url: plain http/],
  [{ request: { ...REQUEST, body: { form: { n: '{to}' } } } }, /^config\.request\.body: a GET request/],
  [{ answer: { operator: { at: 'net' } } }, /^config\.answer\.operator\.at: a JSON pointer/],
  [{ answer: { operator: { mcc: '/mcc' } } }, /^config\.answer\.operator/],
  [{ answer: { operator: { at: '/net', values: { A1: '219' } } } }, /values\.A1: MCC and MNC are/],
  [{ answer: { ...ANSWER, lineType: { at: '/t', values: { M: 'phone' } } } }, /lineType\.values\.M/],
  [{ answer: { ...ANSWER, unknown: [{ at: '/e' }] } }, /^config\.answer\.unknown\.0: it goes by/],
  [{ answer: { ...ANSWER, network: '/x' } }, /^config\.answer\.network: there is no field network/],
  [{ timeoutMs: 1_001 }, /^config\.timeoutMs/],
  [{ deadlineMs: 5_000 }, /^config\.deadlineMs/],
  [{ price: -1 }, /^config\.price/],
  [{ price: NaN }, /^config\.price/],
  [{ countries: ['Croatia'] }, /^config\.countries\.0: a country is/],
])('%j is refused, and the field is named', (config, problem) => {
  expect(problemOf(config)).toMatch(problem);
});

test('the example of the README works', async () => {
  const [, json] = /```json\n(.*?)```/s.exec(await readFile('src/numbers/README.md', 'utf8'))!;
  const config = NumberLookupConfig.parse(JSON.parse(json!));
  expect(secretsOfLookup(config)).toEqual([{ name: 'key', path: 'config.request.url' }]);
  const body = '{"mcc": 219, "mnc": 1, "ported": "Y", "type": "mobile", "state": "absent"}';
  const answer = (text: string) => ({
    status: 200,
    retryAfter: undefined,
    body: text,
    incomplete: undefined,
  });
  expect(readLookup(answer(body), lookupReader(config))).toEqual({
    kind: 'answered',
    facts: { operator: '21901', lineType: 'mobile', ported: true, reachable: false },
  });
  expect(readLookup(answer('{"error": "unknown"}'), lookupReader(config))).toMatchObject({
    kind: 'answered',
    facts: { operator: null },
  });
});

test('the example that we ship is whole', async () => {
  const example = JSON.parse(await readFile('src/numbers/examples/portaris.json', 'utf8')) as {
    config: object;
    secrets: object;
  };
  const config = NumberLookupConfig.parse(example.config);
  expect(secretsOfLookup(config).map(({ name }) => name)).toEqual(Object.keys(example.secrets));
});

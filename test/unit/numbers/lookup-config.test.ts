import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { NumberLookupConfig } from '../../../src/numbers/lookup-config.ts';
import { secretsOfLookup } from '../../../src/numbers/lookup-secrets.ts';
import { configProblem } from '../../../src/outgoing/config-problem.ts';

const REQUEST = { method: 'GET', url: 'https://lookup.example/{to.digits}' };
const ANSWER = { operator: { at: '/net' } };

function problemOf(config: object): string {
  const read = NumberLookupConfig.safeParse({ request: REQUEST, answer: ANSWER, ...config });
  if (read.success) return 'none';
  const { path, message } = configProblem(read.error);
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
  [{ answer: { ...ANSWER, network: '/x' } }, /^config\.answer: .*network/],
  [{ timeoutMs: 1_001 }, /^config\.timeoutMs/],
  [{ deadlineMs: 5_000 }, /^config\.deadlineMs/],
  [{ price: -1 }, /^config\.price/],
  [{ price: NaN }, /^config\.price/],
  [{ countries: ['Croatia'] }, /^config\.countries\.0: a country is/],
])('%j is refused, and the field is named', (config, problem) => {
  expect(problemOf(config)).toMatch(problem);
});

test('the example that we ship is whole', async () => {
  const example = JSON.parse(await readFile('src/numbers/examples/portaris.json', 'utf8')) as {
    config: object;
    secrets: object;
  };
  const config = NumberLookupConfig.parse(example.config);
  expect(secretsOfLookup(config).map(({ name }) => name)).toEqual(Object.keys(example.secrets));
});

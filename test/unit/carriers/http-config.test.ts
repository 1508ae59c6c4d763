import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { CarrierConfig } from '../../../src/carriers/config.ts';
import { inputProblem } from '../../../src/read-input.ts';
import { PLACEHOLDERS } from '../../../src/carriers/http/placeholders.ts';
import { checkSecrets } from '../../../src/carriers/secrets.ts';
import { InvalidInput } from '../../../src/errors.ts';

const GOOD = {
  kind: 'http',
  request: {
    url: 'https://api.carrier.example/send?key={secret.key}&to={to}',
    headers: { 'x-ref': '{attemptId}' },
    body: { json: { to: '{to}', parts: ['{text}', { at: '{expiresAt}' }], dlr: '{callbackUrl}' } },
  },
  answer: { messageId: '/id', rules: [{ status: ['4xx'], at: '/code', is: [7], means: 'permanent' }] },
  receipts: {
    messageId: '/id',
    state: '/state',
    states: { ok: 'delivered' },
    auth: { type: 'hmac', header: 'X-Signature', secret: 'signing' },
  },
};

/** The good configuration with one value put elsewhere, by its path. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(GOOD) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop()!;
  let at = copy;
  for (const name of names) at = (at[name] ??= {}) as Record<string, unknown>;
  at[last] = value;
  return copy;
}

function refusal(config: unknown): { path: string; message: string } {
  const read = CarrierConfig.safeParse(config);
  if (read.success) throw new Error('It was taken.');
  return inputProblem(read.error, 'config');
}

test('a configuration is read, with its defaults', () => {
  expect(CarrierConfig.parse(GOOD)).toMatchObject({
    request: { method: 'POST', auth: null },
    answer: { format: 'json', whenIdIsMissing: 'unknown' },
    receipts: { format: 'json', list: '', auth: { algorithm: 'sha256', encoding: 'hex', prefix: '' } },
    allowPlainHttp: false,
    connections: 10,
    window: null,
    throughput: null,
    timeoutMs: 10_000,
  });
});

describe('what cannot work is refused, with the field named:', () => {
  test.each([
    ['request.url', 'https://api.example/{password}', /no placeholder {password}; there are {to}, /],
    ['request.url', 'https://{secret.key}.example/', /may choose the host/],
    ['request.url', 'https://api.example:{to}/', /may choose the host/],
    ['request.url', 'https://me:{secret.key}@api.example/', /may choose the host/],
    ['request.url', 'https://me@api.example/', /credentials do not go before the host/],
    ['request.url', 'ftp://api.example/', /begins with https/],
    ['request.url', 'file:///etc/passwd', /begins with https/],
    ['request.url', 'api.example/send', /begins with https/],
    ['request.url', 'https:///send', /not a host/],
    ['request.url', 'https://api.example:99999/', /not a host/],
    ['request.url', 'https://api.example/a/../b', /without \. and \.\./],
    ['request.url', 'https://api.example/a b', /without spaces/],
    ['request.url', 'https://api.example/#top', /fragment/],
    ['request.url', 'http://api.example/', /allowPlainHttp/],
    ['request.url', 'https://api.example/{to', /not closed/],
    ['request.url', 'https://api.example/to}', /closes nothing/],
    ['request.method', 'DELETE', /./],
    ['request.method', 'GET', /no body/, 'request.body'],
    ['request.headers.x-ref', '{texd}', /no placeholder {texd}/],
    ['request.headers.x-ref', 'a\r\nx-evil: 1', /one line/],
    ['request.headers.x ref', 'a', /name that a header can have/],
    ['request.headers.Host', 'other.example', /set by the connection/],
    ['request.headers.Transfer-Encoding', 'chunked', /set by the connection/],
    ['request.headers.X-REF', 'again', /twice/, 'request.headers.x-ref'],
    ['request.auth', { type: 'bearer', token: '{to}' }, /no placeholder {to}/, 'request.auth.token'],
    ['request.auth', { type: 'digest' }, /./, 'request.auth.type'],
    [
      'request.body.json.parts',
      ['{text}', { at: '{now}' }],
      /no placeholder {now}/,
      'request.body.json.parts.1.at',
    ],
    ['request.body', { form: { to: '{too}' } }, /no placeholder {too}/, 'request.body.form.to'],
    ['answer.messageId', 'id', /JSON pointer/],
    ['answer.messageId', '/a~2', /JSON pointer/],
    ['answer.errorCode', '$.code', /JSON pointer/],
    ['answer.rules', [{ means: 'permanent' }], /needs a "status" or a field/, 'answer.rules.0'],
    ['answer.rules', [{ is: [1], means: 'permanent' }], /"at"/, 'answer.rules.0'],
    ['answer.rules', [{ at: '/code', means: 'permanent' }], /"is"/, 'answer.rules.0'],
    ['answer.rules', [{ status: [99], means: 'permanent' }], /./, 'answer.rules.0.status.0'],
    ['answer.rules', [{ status: [400], means: 'fatal' }], /./, 'answer.rules.0.means'],
    ['answer.format', 'xml', /./],
    ['receipts', null, /{callbackUrl}/],
    ['receipts.states', { ok: 'done' }, /./, 'receipts.states.ok'],
    ['receipts.states', { bad: 'undelivered' }, /must mean delivered/],
    ['receipts.format', 'query', /has none/, 'receipts.auth.type'],
    ['receipts.auth', { type: 'none' }, /./, 'receipts.auth.type'],
    ['receipts.auth', { type: 'secret', secret: 's' }, /either in a "header" or in the "query"/],
    [
      'receipts.auth',
      { type: 'hmac', algorithm: 'md5', header: 'x', secret: 's' },
      /./,
      'receipts.auth.algorithm',
    ],
    ['connections', 0, /./],
    ['window', 5, /never be used/],
    ['throughput', 0, /./],
    ['timeoutMs', 1, /./],
    ['wnidow', 50, /no field wnidow/],
    ['request.auth', { type: 'bearer', token: 'x', tokne: 'x' }, /no field tokne/, 'request.auth.tokne'],
    ['answer.rules', [{ status: [400], meens: 'x', means: 'permanent' }], /./, 'answer.rules.0.meens'],
    ['+385911234567', 50, /has a field that there is not/, ''],
  ] as [string, unknown, RegExp, string?][])('%s: %j', (path, value, message, named = path) => {
    const refused = refusal(changed(path, value));
    expect(refused.message).toMatch(message);
    expect(refused.path).toBe(named === '' ? 'config' : `config.${named}`);
  });

  test('a kind of carrier that there is not', () => {
    expect(refusal({ kind: 'pigeon' }).path).toBe('config.kind');
  });
});

describe('secrets', () => {
  const config = CarrierConfig.parse(GOOD);
  const secrets = { key: 'k', signing: 's' };
  const refusedField = (given: Record<string, string>, of = config): string => {
    try {
      checkSecrets(of, given);
    } catch (error) {
      if (error instanceof InvalidInput) return `${error.field}: ${error.message}`;
      throw error;
    }
    return 'taken';
  };

  test('that a configuration names must be given, and no others', () => {
    expect(refusedField(secrets)).toBe('taken');
    expect(refusedField({ signing: 's' })).toMatch(/^config\.request\.url: .*"key"/);
    expect(refusedField({ key: 'k' })).toMatch(/^config\.receipts\.auth\.secret: .*"signing"/);
    expect(refusedField({ ...secrets, kye: 'k' })).toMatch(/^secrets\.kye: /);
    const inBody = CarrierConfig.parse(changed('request.body.json.parts', ['{secret.pin}']));
    expect(refusedField(secrets, inBody)).toMatch(/^config\.request\.body\.json\.parts\.0: .*"pin"/);
  });

  test('are not found on what every object has', () => {
    const odd = CarrierConfig.parse(changed('request.url', 'https://api.example/{secret.constructor}'));
    expect(refusedField({ signing: 's' }, odd)).toMatch(/"constructor"/);
  });

  test('are one line, and are not repeated when they are refused', () => {
    for (const bad of ['', 'a\r\nx-evil: 1', 'x'.repeat(1_001)]) {
      const said = refusedField({ ...secrets, key: bad });
      expect(said).toMatch(/^secrets\.key: /);
      if (bad) expect(said).not.toContain(bad);
    }
  });

  test('of SMPP is the password', () => {
    const smpp = CarrierConfig.parse({ kind: 'smpp', host: 'h', port: 1, systemId: 's' });
    expect(refusedField({ password: '' }, smpp)).toBe('taken');
    expect(refusedField({}, smpp)).toMatch(/"password"/);
  });
});

test('the example in the README is taken as it stands there', async () => {
  const readme = await readFile('src/carriers/http/README.md', 'utf8');
  const [, json] = /```json\n([^]+?)```/.exec(readme)!;
  checkSecrets(CarrierConfig.parse(JSON.parse(json!)), { apiKey: 'a', signingKey: 's' });
});

test('every placeholder is in the README, and no other', async () => {
  const readme = await readFile('src/carriers/http/README.md', 'utf8');
  const table = readme.slice(readme.indexOf('## Placeholders'), readme.indexOf('A JSON value that'));
  const named = [...table.matchAll(/`\{([a-zA-Z0-9.*]+)\}`/g)].map((match) => match[1]!);
  expect(named.sort()).toEqual([...PLACEHOLDERS, 'secret.name'].sort());
});

test('every shipped example is whole: its configuration is taken, and its secrets are those that it names', async () => {
  const folder = 'src/carriers/http/examples';
  const names = await readdir(folder);
  expect(names.sort()).toEqual(['nordwave.json', 'telegrafo.json']);
  for (const name of names) {
    const { config, secrets } = JSON.parse(await readFile(`${folder}/${name}`, 'utf8')) as {
      config: unknown;
      secrets: Record<string, string>;
    };
    checkSecrets(CarrierConfig.parse(config), secrets);
  }
});

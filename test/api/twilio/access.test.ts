import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../../src/accounts/create-api-key.ts';
import type { RunningApp } from '../../../src/app.ts';
import { newId } from '../../../src/crypto/new-id.ts';
import { ID_PREFIXES } from '../../../src/ids.ts';
import { sidOf } from '../../../src/rest/twilio/sids.ts';
import { idsIn, rowsOf } from '../../support/account-rows.ts';
import { createTestApp } from '../../support/app.ts';
import { doneIn, notedOf } from '../../support/audit-log.ts';
import { expectNothingOf, expectUnchanged, secretsOfLive, secretsOfTests } from '../../support/modes.ts';
import { LOOKUP } from '../../support/tenant-rows.ts';
import { createTenant, type Tenant } from '../../support/tenants.ts';
import { twilioRowOf as rowOf } from '../../support/twilio-rows.ts';
import { callTwilio, TWILIO_OPERATIONS, twilioAnswerOf } from '../../support/twilio.ts';
import { createNumbers } from '../../support/verifying.ts';

// To whose things what is done under /v2, and that it is noted: of every operation that there is.

const stack = new AsyncDisposableStack();
let app: RunningApp;
let own: Tenant;
let other: Tenant;

beforeAll(async () => {
  ({ app } = stack.use(await createTestApp()));
  own = await aTenant('Aurora', '+385991111111', 7_500_001);
  other = await aTenant('Borealis', '+385992222222', 7_600_001);
});
afterAll(() => stack.disposeAsync());

function aTenant(word: string, ourNumber: string, firstNumber: number): Promise<Tenant> {
  return createTenant(app, { word, ourNumber, aNumber: createNumbers(firstNumber), lookup: LOOKUP });
}

/** As Twilio's clients call what has such a name, else as we do. */
function nameOf(id: string): string {
  try {
    const sid = sidOf(id as never);
    return sid.startsWith('undefined') ? id : sid;
  } catch {
    return id;
  }
}

/** What an operation ends is begun anew for it. */
async function freshOf(operation: string): Promise<Record<string, string>> {
  const make = async (maker: string) => {
    const { text } = await callTwilio(app, own, maker, rowOf(maker));
    return JSON.parse(text) as { sid: string; identity: string; phone_number: string };
  };
  if (operation.endsWith('/VerificationCheck'))
    return { VerificationSid: (await make('POST /v2/Services/{ServiceSid}/Verifications')).sid };
  if (operation.endsWith('/Verifications/{Sid}'))
    return { Sid: (await make('POST /v2/Services/{ServiceSid}/Verifications')).sid };
  if (!operation.startsWith('DELETE ')) return {};
  const [, all, last] = /^DELETE (.*)\/\{(\w+)\}$/.exec(operation)!;
  const { sid, identity, phone_number } = await make(`POST ${all}`);
  return { [last!]: { Sid: sid, Identity: identity, PhoneNumber: phone_number }[last!]! };
}

/** What was said, but for what the asker has said themselves. */
function without(asked: readonly string[], text: string): string {
  const names = asked.flatMap((name) => [name, encodeURIComponent(name)]);
  return names.filter(Boolean).reduce((rest, name) => rest.replaceAll(name, ''), text);
}

const names = TWILIO_OPERATIONS.map(({ operation }) => operation);

const CHANGING = names.filter((name) => !name.startsWith('GET '));

// First of all: an account that is refused much is noted in less detail.
describe('in the audit log', () => {
  test.each(CHANGING)('%s is noted when it is refused, and when it is done', async (operation) => {
    const row = rowOf(operation);
    const { key } = await createApiKey(app, own.who.accountId, {
      name: 'Weak',
      permissions: ['routes:read'],
    });
    const from = { kind: 'apiKey', address: '127.0.0.1' };
    const lacking = await notedOf(app, own.who.accountId, () =>
      callTwilio(app, own, operation, row, {}, key),
    );
    expect(lacking).toMatchObject([{ kind: 'refusal', outcome: 'auth/forbidden', actor: from }]);
    const fresh = await freshOf(operation);
    const done = await notedOf(app, own.who.accountId, async () => {
      const answer = await callTwilio(app, own, operation, row, fresh);
      expect(answer.status, answer.text).toBe(row.status ?? 200);
    });
    // A code that could be none is looked at by nobody.
    if (operation.endsWith('/VerificationCheck')) return;
    expect(doneIn(done)).toMatchObject([{ outcome: 'ok', actor: from, action: lacking[0]!.action }]);
  });
});

describe('of another account', () => {
  test.each(names)('%s finds, shows and changes nothing', async (operation) => {
    const row = rowOf(operation);
    const before = await rowsOf(app, other.who.accountId);
    const foreign = [
      ...ID_PREFIXES.map((prefix) => other.ids[prefix]),
      ...[other.pending, ...Object.values(other.cursors)],
      ...[other.identity, ...Object.values(other.numbers)],
    ].map(nameOf);
    const said: string[] = [];
    const ask = async (field: string, name: string, allowed: readonly string[]) => {
      const answer = await callTwilio(app, own, operation, row, { [field]: name });
      expect(allowed, `${field}=${name}: ${answer.text}`).toContain(twilioAnswerOf(answer));
      // A page tells by which address it was asked for.
      said.push(without([name], answer.text));
    };
    for (const name of foreign) {
      for (const field of Object.keys(row.path?.(own) ?? {}))
        if (!row.chosen?.includes(field)) await ask(field, name, ['20404']);
      for (const [field, allowed] of Object.entries(row.fields ?? {})) {
        await ask(field, name, allowed);
        await ask(field, `PA${name}`, allowed);
      }
    }
    const mine = await callTwilio(app, own, operation, row, await freshOf(operation));
    expect(mine.status, mine.text).toBe(row.status ?? 200);
    const ids = idsIn(await rowsOf(app, other.who.accountId));
    const digits = Object.values(other.numbers).map((number) => number.slice(4));
    const text = [...said, mine.text].join('\n').toLowerCase();
    const secrets = [...ids, ...digits, other.word.toLowerCase()];
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    expect(await rowsOf(app, other.who.accountId)).toEqual(before);
  });

  test.each([
    ['its account', () => sidOf(other.who.accountId)],
    ['its key', () => sidOf(other.who.kind === 'apiKey' ? other.who.apiKeyId : newId('key'))],
    ['another key of the account', () => sidOf(own.ids.key)],
    ['nobody', () => ''],
  ])('with the sid of %s no credential is good', async (_whose, sid) => {
    const authorization = `Basic ${Buffer.from(`${sid()}:${own.credential}`).toString('base64')}`;
    const response = await fetch(`${app.server!.url}/v2/Services`, { headers: { authorization } });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /);
    expect(await response.json()).toMatchObject({ code: 20003, status: 401, message: 'Authenticate' });
  });
});

describe('of the other mode', () => {
  test.each(names)(
    '%s shows and changes nothing live to a test key, and no test to a live one',
    async (operation) => {
      const row = rowOf(operation);
      const secrets = await secretsOfLive(app, own);
      await expectUnchanged(app, own, async () => {
        const asked = await callTwilio(app, own, operation, row, {}, own.tests.credential);
        expect(twilioAnswerOf(asked), asked.text).toBe(row.tests ?? 'own');
        const given = [...Object.values(row.path?.(own) ?? {}), ...Object.values(row.params?.(own) ?? {})];
        expectNothingOf(secrets, without(given, asked.text));
        const { vrf, msg } = own.tests.ids;
        for (const name of [vrf, msg].map((id) => sidOf<'vrf' | 'msg'>(id)))
          for (const field of [...Object.keys(row.path?.(own) ?? {}), ...Object.keys(row.fields ?? {})]) {
            if (row.chosen?.includes(field)) continue;
            const answer = await callTwilio(app, own, operation, row, { [field]: name });
            expect(['20404', ...(row.fields?.[field] ?? [])]).toContain(twilioAnswerOf(answer));
            expectNothingOf(secretsOfTests(own), without([name], answer.text));
          }
      });
    },
  );
});

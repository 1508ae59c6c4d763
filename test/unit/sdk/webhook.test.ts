import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { verifyWebhook, WebhookError } from '../../../src/sdk/index.ts';
import { signedHeaders, writeSecret } from '../../../src/webhooks/signature.ts';

const secret = writeSecret(randomBytes(32));
const other = writeSecret(randomBytes(32));
const now = Date.UTC(2026, 10, 28);
const body = JSON.stringify({
  type: 'verification.approved',
  timestamp: '2026-11-28T00:00:00.000Z',
  data: {},
});
const headers = signedHeaders([secret], 'evt_1', now, body);

test('what the server signs is taken, as text, as octets, and with headers in any case', async () => {
  const event = JSON.parse(body) as unknown;
  await expect(verifyWebhook(body, headers, secret, { now })).resolves.toEqual(event);
  await expect(
    verifyWebhook(new TextEncoder().encode(body), new Headers(headers), secret, { now }),
  ).resolves.toEqual(event);
  const loud = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
  );
  await expect(verifyWebhook(body, loud, secret, { now })).resolves.toEqual(event);
});

test('what the reference library signs is taken', async () => {
  const signature = new Webhook(secret).sign('evt_1', new Date(now), body);
  await expect(
    verifyWebhook(body, { ...headers, 'webhook-signature': signature }, secret, { now }),
  ).resolves.toBeDefined();
});

test('while a secret is rotated either of the two will do, on either side', async () => {
  await expect(verifyWebhook(body, headers, [other, secret], { now })).resolves.toBeDefined();
  const both = signedHeaders([other, secret], 'evt_1', now, body);
  await expect(verifyWebhook(body, both, secret, { now })).resolves.toBeDefined();
});

test('nothing else is taken: another body, id, time, secret, or signature', async () => {
  const changed = fc.oneof(
    fc.record({ body: fc.string().filter((text) => text !== body) }),
    fc.record({ id: fc.stringMatching(/^[\w.]{1,20}$/).filter((id) => id !== 'evt_1') }),
    fc.record({ at: fc.integer({ min: -299, max: 299 }).filter((seconds) => seconds !== 0) }),
    fc.record({ signature: fc.base64String({ minLength: 4 }).map((text) => `v1,${text}`) }),
    fc.record({ signature: fc.string() }),
    fc.constant({ secret: other }),
  );
  await fc.assert(
    fc.asyncProperty(changed, async (change: Record<string, string | number>) => {
      const sent = {
        ...headers,
        ...('id' in change && { 'webhook-id': String(change.id) }),
        ...('at' in change && { 'webhook-timestamp': String(now / 1_000 + Number(change.at)) }),
        ...('signature' in change && { 'webhook-signature': String(change.signature) }),
      };
      await expect(
        verifyWebhook(String(change.body ?? body), sent, String(change.secret ?? secret), { now }),
      ).rejects.toThrow(WebhookError);
    }),
  );
});

test.each([
  ['too old', headers, secret, { now: now + 301_000 }],
  ['from the future', headers, secret, { now: now - 301_000 }],
  ['a short secret', headers, 'whsec_c2hvcnQ=', { now }],
  ['a secret that is none', headers, 'whsec_%%%', { now }],
  ['no header', {}, secret, { now }],
  ['a time that is none', { ...headers, 'webhook-timestamp': 'soon' }, secret, { now }],
])('%s is refused', async (_name, sent, by, options) => {
  await expect(verifyWebhook(body, sent, by, options)).rejects.toThrow(WebhookError);
});

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { rollUp } from '../../src/analytics/roll-up.ts';
import type { RunningApp } from '../../src/app.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { readVerificationEvents } from '../../src/events/queries.ts';
import { uuidOf, type VerificationId } from '../../src/ids.ts';
import { insertAttempts } from '../../src/messages/attempt-store.ts';
import type { MessageRow } from '../../src/messages/table.ts';
import { traceMessage, traceMessages } from '../../src/messages/trace.ts';
import { DEFAULT_RETENTION } from '../../src/retention/classes.ts';
import { insertInboundMessages, sealInboundMessage } from '../../src/inbound/store.ts';
import { createWebhookEndpoint } from '../../src/webhooks/create-endpoint.ts';
import { sendTestWebhook } from '../../src/webhooks/send-test.ts';
import { withKeys } from '../../src/crypto/with-keys.ts';
import { saveFindings } from '../../src/routing/alarms.ts';
import { raiseAbuseAlarm } from '../../src/abuse/raise.ts';
import { keepPartitions } from '../../src/retention/keep-partitions.ts';
import { readRetention, setRetention } from '../../src/retention/settings.ts';
import { readNumbers } from '../../src/vault/numbers.ts';
import { createDestinationForgetter } from '../../src/verifications/forget-destinations.ts';
import { shownNumber } from '../../src/verifications/number-of.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { auditOf } from '../support/audit-log.ts';
import { held } from '../support/held.ts';
import { createClock, createNumbers, historyOf, messagesOf, start, stateOf } from '../support/verifying.ts';

const DAY = 86_400_000;
const aNumber = createNumbers(7_591_001);
const clock = createClock();
const logged: string[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
let testApp: TestApp;
let app: RunningApp;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api' }, { clock: clock.now, log, random: () => 0 });
  app = testApp.app;
  await keepPartitions(app);
});
afterAll(() => testApp[Symbol.asyncDispose]());

/** In which partitions the rows of a verification are. */
async function placesOf(id: VerificationId): Promise<string[]> {
  const rows = await app.sql<{ place: string }[]>`
    SELECT tableoid::regclass::text AS place FROM vault.numbers WHERE verification_id = ${uuidOf(id)}
    UNION SELECT tableoid::regclass::text FROM events WHERE verification_id = ${uuidOf(id)}
    UNION SELECT tableoid::regclass::text FROM messages WHERE verification_id = ${uuidOf(id)}
    UNION SELECT tableoid::regclass::text FROM attempts WHERE verification_id = ${uuidOf(id)}`;
  return rows.map(({ place }) => place.replace(/_(?:before|\d{8})$/, '')).sort();
}

/** One over whichever route. */
async function addAttempt(message: MessageRow): Promise<void> {
  const now = new Date(clock.now());
  await insertAttempts(app.sql, [
    {
      ...{ accountId: message.accountId, id: newId('att', now.getTime()), messageId: message.id },
      ...{ verificationId: message.verificationId, carrierId: newId('car'), routeId: newId('rte') },
      ...{ country: 'HR', operator: null, operatorConfidence: null, status: 'submitted', retry: null },
      ...{ isLate: false, carrierMessageId: null, errorCode: null, errorMessage: null, parts: null },
      ...{ partsDueAt: null, decision: { factors: [], ranked: [], excluded: [] }, price: null },
      ...{ submittedAt: now, answeredAt: null, settledAt: null },
    },
  ]);
}

const numberOf = (who: Principal, id: VerificationId) =>
  stateOf(app, { accountId: who.accountId, id }).then((v) => shownNumber(app, who, v));

describe('how long an account keeps things', () => {
  test('is 30 days for numbers, 90 for events, a year for messages, until it says something else; only new things are kept by that', async () => {
    const who = await createTestAccount(app);
    expect(await readRetention(app, who.accountId)).toEqual(DEFAULT_RETENTION);
    expect(DEFAULT_RETENTION).toMatchObject({ phones: 30, events: 90, messages: 365 });
    const before = await start(app, who, aNumber());
    const wanted = { phones: 7, events: 365, messages: 1_095 };
    expect(await setRetention(app, who, wanted)).toEqual({ ...DEFAULT_RETENTION, ...wanted });
    expect(await readRetention(app, who.accountId)).toEqual({ ...DEFAULT_RETENTION, ...wanted });
    const after = await start(app, who, aNumber());
    // What was there when there were no partitions is one.
    expect(await placesOf(before.id)).toEqual(['events', 'messages', 'vault.numbers']);
    expect(await placesOf(after.id)).toEqual(['events_d365', 'messages_d1095', 'vault.numbers_d7']);
    const [entry] = (await auditOf(app, who.accountId)).filter(
      ({ action }) => action === 'account.set_retention',
    );
    expect(entry).toMatchObject({
      targets: [who.accountId],
      details: { ...wanted, changed: ['events', 'messages', 'phones'] },
    });
  });

  test('is one of a few times', async () => {
    const who = await createTestAccount(app);
    for (const days of [0, 8, -1, 100_000])
      await expect(setRetention(app, who, { phones: days })).rejects.toMatchObject({
        code: 'input/invalid',
        field: 'phones',
      });
    await setRetention(app, who, {});
    expect(await readRetention(app, who.accountId)).toEqual(DEFAULT_RETENTION);
  });

  test('is not less for messages than their receipts take, nor than for the events that show them', async () => {
    const who = await createTestAccount(app);
    const refusal = { code: 'input/invalid', field: 'messages' };
    await expect(setRetention(app, who, { messages: 1 })).rejects.toMatchObject(refusal);
    await expect(setRetention(app, who, { messages: 30 })).rejects.toMatchObject(refusal);
    await expect(setRetention(app, who, { events: 1_095 })).rejects.toMatchObject(refusal);
    await setRetention(app, who, { events: 7, messages: 7 });
    expect(await readRetention(app, who.accountId)).toMatchObject({ events: 7, messages: 7 });
  });
});

test('what is over goes by whole partitions, what others keep for longer stays, and verifications are still there', async () => {
  const [brief, usual] = [await createTestAccount(app), await createTestAccount(app)];
  await setRetention(app, brief, { phones: 1, events: 7 });
  const [to, other] = [aNumber(), aNumber()];
  const [short, long] = [await start(app, brief, to), await start(app, usual, other)];
  expect(await numberOf(brief, short.id)).toBe(to);
  await keepPartitions(app);
  expect(await numberOf(brief, short.id)).toBe(to);

  clock.advance(2 * DAY);
  logged.length = 0;
  await Promise.all([keepPartitions(app), keepPartitions(app)]);
  expect(logged.some((line) => line.includes('vault.numbers_d1_'))).toBe(true);
  expect(await numberOf(brief, short.id)).toBe('+385•••••••••');
  expect(await numberOf(usual, long.id)).toBe(other);
  expect(await historyOf(app, short)).toEqual(['VerificationStarted', 'MessageQueued']);
  expect((await start(app, brief, to)).id).not.toBe(short.id);

  clock.advance(6 * DAY);
  await keepPartitions(app);
  expect(await historyOf(app, short)).toEqual([]);
  expect(await historyOf(app, long)).toHaveLength(2);
  expect(await stateOf(app, short)).toMatchObject({ id: short.id });

  clock.advance(30 * DAY);
  await keepPartitions(app);
  expect(await numberOf(usual, long.id)).toBe('+385•••••••••');
  expect(await historyOf(app, long)).toHaveLength(2);
});

test('messages go with their attempts; what was counted of them, their events and their verification stay', async () => {
  const who = await createTestAccount(app);
  await setRetention(app, who, { events: 7, messages: 7 });
  const v = await start(app, who, aNumber());
  const [message] = await messagesOf(app, v);
  await addAttempt(message!);
  const gone = async () => (await messagesOf(app, v)).length === 0;
  // Kept for longer than its messages, as after a change of the account's times.
  await app.sql`UPDATE events SET days = 90 WHERE verification_id = ${uuidOf(v.id)}`;

  clock.advance(9 * DAY);
  logged.length = 0;
  await keepPartitions(app);
  expect(logged.join('')).toContain('a partition stays until its hours are counted');
  expect(await gone()).toBe(false);
  while (await rollUp(app));
  await keepPartitions(app);
  expect(await gone()).toBe(true);
  expect(await app.sql`SELECT FROM attempts WHERE verification_id = ${uuidOf(v.id)}`).toHaveLength(0);

  expect(await traceMessage(app, who, message!.id)).toBeUndefined();
  expect(await traceMessages(app, who, v.id, { limit: 10, after: undefined })).toEqual([]);
  expect(await stateOf(app, v)).toMatchObject({ id: v.id });
  const position = { accountId: v.accountId, verificationId: v.id, version: 0 };
  const events = await readVerificationEvents(app.sql, [position], 10);
  expect(events.map(({ event }) => event.type)).toEqual(['VerificationStarted', 'MessageQueued']);
  expect(events[1]!.event.message).toMatchObject({ id: message!.id, status: 'queued', sender: null });
  // Something of that time is heard of: its hour is not counted again, of what is left.
  await app.sql`UPDATE events SET transaction = pg_current_xact_id() WHERE verification_id = ${uuidOf(v.id)}`;
  while (await rollUp(app));
  const [counted] = await app.sql`
    SELECT sum(attempts)::int AS attempts FROM routing_hourly WHERE account_id = ${uuidOf(who.accountId)}`;
  expect(counted).toEqual({ attempts: 1 });
});

test('messages from handsets, the log of webhooks, what was counted and alarms go, each in its time', async () => {
  const who = await createTestAccount(app);
  const { accountId } = who;
  const account = uuidOf(accountId);
  const wanted = { inbound: 1, deliveries: 7, alarms: 30, analytics: 90 };
  for (const [kind, days] of Object.entries({ deliveries: 1, alarms: 7, analytics: 30, inbound: 3_650 }))
    await expect(setRetention(app, who, { [kind]: days })).rejects.toMatchObject({ field: kind });
  expect(await setRetention(app, who, wanted)).toMatchObject(wanted);
  const v = await start(app, who, aNumber());
  await addAttempt((await messagesOf(app, v))[0]!);
  const { row: endpoint } = await createWebhookEndpoint(app, who, { url: 'https://hooks.example/otp' });
  // It is told of the alarms below, too.
  await sendTestWebhook(app, who, endpoint.id);
  const texted = {
    ...{
      accountId,
      carrierId: newId('car'),
      serviceId: null,
      kind: 'message' as const,
      ourNumber: '12345',
      sender: null,
    },
    ...{ verificationId: null, receivedAt: new Date(clock.now()), from: 'INFO', text: 'hello' },
  };
  await insertInboundMessages(app.sql, [
    await withKeys(app.keys, () => sealInboundMessage(app.keys, texted, clock.now())),
  ]);
  const facts = { attempts: 90, observed: 0, expected: 0.9, shortfall: 0 };
  await saveFindings(app, accountId, [{ kind: 'blackHole', routeId: newId('rte'), facts }]);
  await raiseAbuseAlarm(app, {
    ...{ accountId, kind: 'codeSpray', address: '', firstChecks: 100, wrongChecks: 100 },
  });
  clock.advance(80 * 3_600_000);
  while (await rollUp(app));
  const left = async () => {
    const tables = [
      'vault.inbound_messages',
      'webhook_deliveries',
      'routing_alarms',
      'abuse_alarms',
      'routing_hourly',
    ];
    const places = await Promise.all(
      tables.map(
        (table) =>
          app.sql<{ place: string }[]>`
          SELECT DISTINCT tableoid::regclass::text AS place FROM ${app.sql(table)} WHERE account_id = ${account}`,
      ),
    );
    return places.flat().map(({ place }) => place.replace(/_d?\d*_\d{8}$/, (end) => end.slice(0, -9)));
  };
  const all = [
    'vault.inbound_messages_d1',
    'webhook_deliveries_d7',
    'routing_alarms_d30',
    'abuse_alarms_d30',
    'routing_hourly_d90',
  ];
  expect((await left()).map((place) => place.replace(/_rest$/, ''))).toEqual(all);
  await keepPartitions(app);
  expect(await left()).toEqual(all.slice(1));
  for (const [days, count] of [
    [10, 2],
    [40, 4],
    [100, 5],
  ] as const) {
    clock.advance(days * DAY);
    await keepPartitions(app);
    expect(await left()).toEqual(all.slice(count));
  }
});

test('while nobody makes partitions nothing fails, and rows are put where they belong later', async () => {
  const who = await createTestAccount(app);
  clock.advance(100 * DAY);
  const v = await start(app, who, aNumber());
  expect(await placesOf(v.id)).toEqual(['events_d90_rest', 'messages_d365_rest', 'vault.numbers_d30_rest']);
  await keepPartitions(app);
  expect(await placesOf(v.id)).toEqual(['events_d90', 'messages_d365', 'vault.numbers_d30']);
  expect(await historyOf(app, v)).toHaveLength(2);
});

test('whoever serves is not made to wait for a table that somebody else has; that no partition is ahead is said', async () => {
  const who = await createTestAccount(app);
  clock.advance(100 * DAY);
  logged.length = 0;
  await held(app, async (tx) => {
    await tx`SELECT count(*) FROM vault.numbers_d30_rest`;
    const keeping = keepPartitions(app);
    for (let n = 0; n < 20; n++) {
      const began = performance.now();
      await start(app, who, aNumber());
      expect(performance.now() - began).toBeLessThan(2_000);
    }
    await keeping;
  });
  expect(logged.join('')).toContain('no partition is ahead');
  logged.length = 0;
  await keepPartitions(app);
  expect(logged.join('')).not.toContain('no partition is ahead');
});

test('what there is of one verification is looked for in one partition of each class', async () => {
  const who = await createTestAccount(app);
  const v = await start(app, who, aNumber());
  expect(
    (await readNumbers(app.sql, [{ accountId: who.accountId, verificationId: v.id }])).get(v.id),
  ).toBeDefined();
  const { accountId, id } = { accountId: uuidOf(who.accountId), id: uuidOf(v.id) };
  for (const table of ['vault.numbers', 'events', 'messages', 'attempts']) {
    const plan = await app.sql.begin(async (tx) => {
      for (const way of ['seqscan', 'hashjoin', 'mergejoin'])
        await tx.unsafe(`SET LOCAL enable_${way} = off`);
      await tx`SET LOCAL plan_cache_mode = force_generic_plan`;
      return tx.unsafe<{ 'QUERY PLAN': string }[]>(
        `EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off)
         SELECT t.* FROM unnest($1::uuid[], $2::uuid[]) AS n (account_id, verification_id)
         JOIN ${table} t USING (account_id, verification_id)`,
        [`{${accountId}}`, `{${id}}`],
        { prepare: true },
      );
    });
    const scans = plan.map((line) => line['QUERY PLAN']).filter((line) => /Scan.* on .*_d\d+_/.test(line));
    const looked = scans.filter((line) => !line.includes('never executed'));
    const classes = new Set(scans.map((line) => /_d(\d+)_/.exec(line)![1]));
    expect(scans.length).toBeGreaterThan(classes.size);
    expect(looked.length, plan.map((line) => line['QUERY PLAN']).join('\n')).toBeLessThanOrEqual(
      classes.size,
    );
  }
});

test('the counters of a number are forgotten with it, unless it is verified again or guessed at', async () => {
  const [brief, usual] = [await createTestAccount(app), await createTestAccount(app)];
  await setRetention(app, brief, { phones: 1 });
  const [over, again, guessed] = [aNumber(), aNumber(), aNumber()];
  for (const to of [over, again, guessed]) await start(app, brief, to);
  await start(app, usual, over);
  const subject = app.keys.blindIndex('destination', brief.accountId, guessed);
  await app.sql`UPDATE destinations SET failed_checks = 6 WHERE destination = ${subject}`;
  const counted = async (who: Principal) =>
    (await app.sql`SELECT FROM destinations WHERE account_id = ${uuidOf(who.accountId)}`).length;
  const forget = createDestinationForgetter(app);

  clock.advance(DAY - 60_000);
  await forget();
  expect(await counted(brief)).toBe(3);
  clock.advance(120_000);
  await start(app, brief, again);
  await forget();
  // Behind the last one it begins anew.
  await forget();
  expect(await counted(brief)).toBe(2);
  expect(await counted(usual)).toBe(1);
  clock.advance(2 * DAY);
  await forget();
  await forget();
  expect(await counted(brief)).toBe(1);
  await start(app, brief, over);
});

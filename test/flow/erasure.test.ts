import { readFile, writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { createApp, type RunningApp } from '../../src/app.ts';
import { sealAll } from '../../src/audit/seal-entries.ts';
import type { Verdict } from '../../src/audit/verify/verify-account.ts';
import { verifyLog } from '../../src/audit/verify/verify-log.ts';
import type { CarrierInbound } from '../../src/carriers/carrier.ts';
import { addInboundNumber } from '../../src/inbound/add-number.ts';
import { readWaitingParts } from '../../src/inbound/waiting-parts.ts';
import { receiveInbound } from '../../src/inbound/receive.ts';
import { uuidOf, type CarrierId, type VerificationId } from '../../src/ids.ts';
import { eraseSubject } from '../../src/subjects/erase.ts';
import { exportSubject } from '../../src/subjects/export.ts';
import { keepErasures } from '../../src/subjects/ledger.ts';
import { encodeReceipt, hashReceipt, sha256 } from '../../src/subjects/receipt.ts';
import { markOf, subjectsOf } from '../../src/subjects/subject.ts';
import { addSafeNumber } from '../../src/verifications/add-safe-number.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import { createWebhookEndpoint } from '../../src/webhooks/create-endpoint.ts';
import { dumpOf } from '../support/account-rows.ts';
import { connectSimulated, createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { auditOf } from '../support/audit-log.ts';
import { canariesIn, numberCanary, type Canary } from '../support/canary.ts';
import { callerWith, type Caller } from '../support/graphql.ts';
import { TestHttpServer } from '../support/http-server.ts';
import { until } from '../support/until.ts';
import {
  codeOf,
  createClock,
  createNumbers,
  happened,
  historyOf,
  start,
  stateOf,
} from '../support/verifying.ts';

const OURS = '+385997391777';
const aNumber = createNumbers(7_491_001);
const clock = createClock();
let testApp: TestApp;
let app: RunningApp;
let who: Principal;
let caller: Caller;
let carrierId: CarrierId;

beforeAll(async () => {
  testApp = await createTestApp({ OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' }, { clock: clock.now });
  app = testApp.app;
  who = await createTestAccount(app, { coolDownSeconds: 0 });
  caller = callerWith(app, (await createApiKey(app, who.accountId, { name: 'Test' })).key);
  await connectSimulated(app, who, ['instant']);
  const [carrier] = await app.sql<{ id: string }[]>`
    SELECT id FROM carriers WHERE account_id = ${uuidOf(who.accountId)}`;
  carrierId = `car_${carrier!.id.replaceAll('-', '')}`;
  await addInboundNumber(app, who, { carrierId, number: OURS });
});
afterAll(() => testApp[Symbol.asyncDispose]());

/** The number in every form, and its blind indexes as rows show them. */
function tracesOf(of: Principal, to: string): Canary[] {
  const subjects = subjectsOf(app.keys, of.accountId, to);
  return [
    numberCanary('the subject', to),
    { what: 'its blind index', forms: subjects.map((subject) => subject.toString('hex')) },
  ];
}

async function foundInTables(traces: readonly Canary[]): Promise<string[]> {
  // The schema `backup` stands for what is outside of the database.
  const dump = (await dumpOf(app)).filter(({ table }) => !table.startsWith('backup.'));
  return dump.flatMap(({ table, row }) => canariesIn(row, traces).map((what) => `${table}: ${what}`));
}

async function text(from: string, words: string, part?: CarrierInbound['part']): Promise<void> {
  await receiveInbound(app, who.accountId, {
    ...{ carrierId, from, to: OURS, text: words, receivedAt: new Date(clock.now()), ...(part && { part }) },
  });
}

async function approved(to: string) {
  const v = await start(app, who, to);
  await happened(app, v, 'MessageDelivered');
  await checkVerification(app, who, { verificationId: v.id, code: await codeOf(app, v) });
  return v;
}

const totals = async () =>
  app.sql`
    SELECT a.status, v.status AS verification, a.country, count(*)::int FROM attempts a
    JOIN verifications v ON v.account_id = a.account_id AND v.id = a.verification_id
    WHERE a.account_id = ${uuidOf(who.accountId)} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;

test('an erased subject is found nowhere any more, while totals and the audit log stay', async () => {
  await using hook = await TestHttpServer.start((response) => void response.writeHead(204).end());
  hook.behave = (response) => void response.writeHead(503).end();
  await createWebhookEndpoint(app, who, { url: `${hook.url}/hook`, description: '' });
  const [to, other] = [aNumber(), aNumber()];
  const traces = tracesOf(who, to);
  const first = await approved(to);
  await approved(other);
  const pending = await start(app, who, to, { idempotencyKey: 'order of the subject' });
  await happened(app, pending, 'MessageDelivered');
  await text(to, 'hello');
  await receiveInbound(app, who.accountId, {
    ...{ carrierId, from: to, to: OURS, text: 'one of two', receivedAt: new Date(clock.now()) },
    part: { reference: 7, total: 2, number: 1 },
  });
  await until(() => hook.received.length > 0);
  expect(await foundInTables(traces)).not.toEqual([]);
  const before = await totals();
  const auditBefore = await auditOf(app, who.accountId);
  const historyBefore = await historyOf(app, first);

  const receipt = await eraseSubject(app, who, { to });
  expect(receipt.counts).toEqual({
    numbers: 2,
    verificationsEnded: 1,
    destinations: 1,
    idempotencyKeys: 1,
    carrierMessageIds: 2,
    inboundMessages: 1,
    // The text that was stored, and the part that waits.
    inboundArrivals: 2,
    numberLookups: 0,
    safeNumbers: 0,
    entities: 0,
    factorNames: 0,
    batchRows: 0,
    optOuts: 0,
  });
  expect(await foundInTables(traces)).toEqual([]);

  // Queries, by its number and by the ids that an app still has.
  const asked = await caller.ask(
    `query ($to: PhoneNumber!, $id: ID!) {
      verifications(first: 10, filter: { to: $to }) { nodes { id } }
      verification(id: $id) { to status messages(first: 5) { nodes { id attempts { status } } } }
      inboundMessages(first: 10) { nodes { from text } }
    }`,
    { to, id: first.id },
  );
  expect(asked).toMatchObject({
    data: {
      verifications: { nodes: [] },
      verification: { to: '+385•••••••••', status: 'APPROVED' },
      inboundMessages: { nodes: [] },
    },
  });
  expect(canariesIn(JSON.stringify(asked.data), traces)).toEqual([]);
  // Its pending verification has ended, and is over for whoever watches it.
  expect(await stateOf(app, pending)).toMatchObject({ status: 'canceled' });
  expect((await historyOf(app, pending)).at(-1)).toBe('VerificationCanceled');
  expect(await historyOf(app, first)).toEqual(historyBefore);

  // Webhooks that waited are sent without it.
  const sent = hook.received.length;
  hook.behave = (response) => void response.writeHead(204).end();
  clock.advance(3_600_000);
  await until(() => hook.received.slice(sent).some(({ body }) => body.includes('verification.canceled')));
  expect(hook.received.slice(sent).flatMap(({ body }) => canariesIn(body, traces))).toEqual([]);
  expect(hook.received.slice(sent).filter(({ body }) => body.includes(first.id)).length).toBeGreaterThan(0);

  // What is counted stays: one of the two was canceled meanwhile.
  const count = (rows: readonly Record<string, unknown>[]) =>
    rows.reduce((sum, row) => sum + (row['count'] as number), 0);
  const after = await totals();
  expect(count(after)).toBe(count(before));
  const approvals = (rows: readonly Record<string, unknown>[]) =>
    rows.filter((row) => row['verification'] === 'approved');
  expect(approvals(after)).toEqual(approvals(before));

  // The log is as it was, and one entry longer.
  const log = await auditOf(app, who.accountId);
  const known = new Set(auditBefore.map(({ id }) => id));
  expect(log.filter(({ id }) => known.has(id))).toEqual(auditBefore);
  expect(log.filter(({ action }) => action === 'subject.erase')).toMatchObject([
    { targets: [receipt.id], details: { hash: hashReceipt(receipt), numbers: 2 } },
  ]);

  await sealAll(app);
  const verdicts: Verdict[] = [];
  await verifyLog(
    app,
    { accountId: who.accountId },
    { onProgress: () => undefined, onVerdict: (verdict) => verdicts.push(verdict) },
  );
  expect(verdicts).toMatchObject([{ tampering: undefined, entries: log.length }]);

  // Nobody else has lost anything; whoever comes back begins anew.
  expect(await foundInTables(tracesOf(who, other))).not.toEqual([]);
  expect((await start(app, who, to)).id).not.toBe(pending.id);
});

test('an opt-out stays, unless the subject wants that gone, too', async () => {
  const to = aNumber();
  await text(to, 'STOP');
  expect((await eraseSubject(app, who, { to })).counts).toMatchObject({ inboundMessages: 1, optOuts: 0 });
  await expect(start(app, who, to)).rejects.toMatchObject({ code: 'destination/opted_out' });
  expect((await eraseSubject(app, who, { to, forgetOptOut: true })).counts).toMatchObject({ optOuts: 1 });
  expect(await foundInTables(tracesOf(who, to))).toEqual([]);
  await start(app, who, to);
});

test('an export has all that is stored of the subject and nothing of others, and its receipt vouches for it', async () => {
  const [to, other] = [aNumber(), aNumber()];
  const v = await approved(to);
  await approved(other);
  await text(to, 'what do you know of me?');
  await text(to, 'and what of', { reference: 6, total: 2, number: 1 });
  await text(other, 'and I', { reference: 6, total: 2, number: 1 });
  await addSafeNumber(app, who, to);
  const { receipt, document } = await exportSubject(app, who, { to });
  const read = JSON.parse(document) as { verifications: { id: VerificationId }[] };
  expect(read).toMatchObject({
    to,
    complete: true,
    verifications: [
      {
        id: v.id,
        status: 'approved',
        messages: [{ status: 'delivered', attempts: [{ status: 'delivered' }] }],
      },
    ],
    inboundMessages: [{ from: to, text: 'what do you know of me?' }],
    inboundParts: [{ from: to, to: OURS, text: 'and what of', number: 1, total: 2 }],
    limits: [{ failedChecks: 0 }],
  });
  expect(canariesIn(document, [numberCanary('another one', other)])).toEqual([]);
  expect(document).not.toContain(await codeOf(app, v));
  expect(receipt.document).toBe(sha256(document));
  expect(receipt.counts).toMatchObject({
    verifications: 1,
    inboundMessages: 1,
    inboundParts: 1,
    safeNumbers: 1,
  });
  expect(JSON.parse(encodeReceipt(receipt))).toContain(receipt.document);
  const [entry] = (await auditOf(app, who.accountId)).filter(({ action }) => action === 'subject.export');
  expect(entry).toMatchObject({
    kind: 'read',
    targets: [receipt.id],
    details: { hash: hashReceipt(receipt) },
  });
  expect(JSON.stringify(entry)).not.toContain(to.slice(4));
});

test('a number is erased again from a backup that was put back, before anything is served', async () => {
  const [to, other] = [aNumber(), aNumber()];
  const v = await approved(to);
  await approved(other);
  const pending = await start(app, who, to);
  await text(to, 'remember me');
  const traces = tracesOf(who, to);
  await using backup = await copyOf(app);
  const receipt = await eraseSubject(app, who, { to });
  expect(await foundInTables(traces)).toEqual([]);
  await backup.putBack();
  expect(await foundInTables(traces)).not.toEqual([]);

  const line = (await readFile(`${testApp.dataDir}/erasures.ndjson`, 'utf8')).trim().split('\n').at(-1)!;
  expect(line).toContain(receipt.id);
  expect(canariesIn(line, traces)).toEqual([]);
  // As a process that starts has it: nothing listens, and it is done when it has started.
  await using second = await startedAgain();
  expect(second.server).toBeUndefined();
  expect(await foundInTables(traces)).toEqual([]);
  expect(await foundInTables(tracesOf(who, other))).not.toEqual([]);
  expect(await stateOf(app, pending)).toMatchObject({ status: 'canceled' });
  expect(await stateOf(app, v)).toMatchObject({ status: 'approved' });
  const again = (await auditOf(app, who.accountId)).filter(({ targets }) => targets[0] === receipt.id);
  expect(again).toMatchObject([{ action: 'subject.erase', actor: { kind: 'system' } }]);
  // Once, however many processes start.
  await keepErasures(app);
  expect((await auditOf(app, who.accountId)).filter(({ targets }) => targets[0] === receipt.id)).toHaveLength(
    1,
  );
});

test('all that an erasure took goes again, also where nothing else is known of the subject', async () => {
  const [optedOut, keptOut, safe, texting] = [aNumber(), aNumber(), aNumber(), aNumber()];
  await text(optedOut, 'STOP');
  await text(keptOut, 'STOP');
  await addSafeNumber(app, who, safe);
  await text(texting, 'half of what I', { reference: 5, total: 2, number: 1 });
  await using backup = await copyOf(app);
  await eraseSubject(app, who, { to: optedOut, forgetOptOut: true });
  for (const to of [keptOut, safe, texting]) await eraseSubject(app, who, { to });
  await backup.putBack();
  await app.sql`DELETE FROM vault.inbound_messages WHERE account_id = ${uuidOf(who.accountId)}`;
  await using _second = await startedAgain();
  for (const to of [optedOut, safe, texting]) expect(await foundInTables(tracesOf(who, to))).toEqual([]);
  const waiting = await readWaitingParts(app, app.sql, who.accountId);
  expect(waiting.filter(({ parts }) => parts.get(1)?.from === texting)).toEqual([]);
  await start(app, who, optedOut);
  await expect(start(app, who, keptOut)).rejects.toMatchObject({ code: 'destination/opted_out' });
}, 30_000);

test('what another process has erased is in this one’s ledger, too, and goes when no backup of that time is left', async () => {
  const file = `${testApp.dataDir}/erasures.ndjson`;
  const to = aNumber();
  await start(app, who, to);
  const { id } = await eraseSubject(app, who, { to });
  await writeFile(file, 'cut in the mid');
  await keepErasures(app);
  expect(await readFile(file, 'utf8')).toContain(id);
  const mark = markOf(app.keys, subjectsOf(app.keys, who.accountId, to)[0]!).toString('hex');
  expect(await foundInTables([{ what: 'its mark', forms: [mark] }])).toEqual(['vault.erasures: its mark']);
  clock.advance(36 * 86_400_000);
  await keepErasures(app);
  expect(await readFile(file, 'utf8')).not.toContain(id);
  expect(await foundInTables([{ what: 'its mark', forms: [mark] }])).toEqual([]);
});

/** A process on the same database, with the same keys and files, that only starts. */
async function startedAgain(): Promise<RunningApp> {
  return createApp({ ...testApp.config, roles: [] }, { clock: clock.now, log: pino({ level: 'silent' }) });
}

/** The tables of a moment, and putting them back: as a backup of the database does it. */
async function copyOf({ sql }: RunningApp) {
  const names = await sql<{ name: string }[]>`
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'vault')`;
  await sql`CREATE SCHEMA backup`;
  // Of one moment, like a dump.
  await sql.begin('ISOLATION LEVEL REPEATABLE READ', async (tx) => {
    for (const [i, { name }] of names.entries())
      await tx.unsafe(`CREATE TABLE backup.t${i} AS SELECT * FROM ${name}`);
  });
  return {
    async putBack() {
      await sql.begin(async (tx) => {
        // No trigger and no foreign key has a say, as when a dump is read.
        await tx`SET LOCAL session_replication_role = replica`;
        for (const [i, { name }] of names.entries()) {
          await tx.unsafe(`DELETE FROM ${name}`);
          await tx.unsafe(`INSERT INTO ${name} OVERRIDING SYSTEM VALUE SELECT * FROM backup.t${i}`);
        }
      });
    },
    async [Symbol.asyncDispose]() {
      await sql`DROP SCHEMA backup CASCADE`;
    },
  };
}

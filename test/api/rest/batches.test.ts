import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApiKey } from '../../../src/accounts/create-api-key.ts';
import type { Principal } from '../../../src/accounts/principal.ts';
import {
  MAX_BODY_BYTES,
  MAX_OPEN_BATCHES,
  MAX_ROW_BYTES,
  MAX_ROWS,
  RECEIVING_MS,
  RUNNING_MS,
} from '../../../src/batches/batch.ts';
import { forgetBatches } from '../../../src/batches/forget.ts';
import type { ApiServer } from '../../../src/graphql/server.ts';
import { addInboundNumber } from '../../../src/inbound/add-number.ts';
import { idFromUuid, uuidOf, type BatchId, type VerificationId } from '../../../src/ids.ts';
import { eraseSubject } from '../../../src/subjects/erase.ts';
import {
  connectSimulated,
  createTestAccount,
  createTestApp,
  createWaitingAccount,
  type TestApp,
} from '../../support/app.ts';
import { BRINGER_MS, createBringers } from '../../support/batch-bringers.ts';
import { serveAgain } from '../../support/serve-again.ts';
import { openEvents } from '../../support/server-events.ts';
import { createRestCaller, restCallerWith, type RestAnswer, type RestCaller } from '../../support/rest.ts';
import { until } from '../../support/until.ts';
import { createClock, createNumbers, stateOf } from '../../support/verifying.ts';
import { withoutTable } from '../../support/without-table.ts';

const PATH = '/v1/verifications/batch';
const NDJSON = { 'content-type': 'application/x-ndjson' };
const aNumber = createNumbers(6_900_001);
const clock = createClock();
let main: TestApp;
let app: TestApp['app'];
let who: Principal;
let caller: RestCaller;

beforeAll(async () => {
  main = await createTestApp({}, { clock: clock.now });
  app = main.app;
  who = await createTestAccount(app);
  await connectSimulated(app, who, ['instant']);
  caller = await createRestCaller(app, who);
});
afterAll(() => main[Symbol.asyncDispose]());

const linesOf = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const someRows = (count: number) => Array.from({ length: count }, () => ({ to: aNumber() }));

interface Row {
  row: number;
  status: string;
  verificationId: VerificationId | null;
  error: Record<string, unknown> | null;
}

/** An account none of whose messages goes anywhere: its batches stand still after a few rows. */
async function still(): Promise<{ who: Principal; caller: RestCaller }> {
  const quiet = await createWaitingAccount(app);
  return { who: quiet, caller: await createRestCaller(app, quiet) };
}

const get = (id: unknown, by = caller) => by.get(`/v1/batches/${String(id)}`);

function finished({ body }: RestAnswer, by = caller): Promise<Record<string, unknown>> {
  return until(async () => {
    const now = await get(body.id, by);
    return now.body.finishedAt ? now.body : undefined;
  });
}

async function resultsOf({ body }: RestAnswer, by = caller): Promise<Row[]> {
  const response = await fetch(`${app.server!.url}/v1/batches/${String(body.id)}/results?format=ndjson`, {
    headers: { authorization: `Bearer ${by.credential}` },
  });
  const text = await response.text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

describe('a batch', () => {
  test('is accepted at once, its rows are started as verifications of their own, and bad ones are refused alone', async () => {
    const [first, last] = [aNumber(), aNumber()];
    const body =
      linesOf([{ to: first, locale: 'hr' }, { to: '+38512' }]) +
      `not json\n\n{"to":"${'9'.repeat(MAX_ROW_BYTES)}"}\n` +
      linesOf([{ to: first }, { to: last, name: 'x' }, { to: last }]).trimEnd();
    const accepted = await caller.post(PATH, body, NDJSON);
    expect(accepted.status).toBe(202);
    expect(accepted.body).toMatchObject({ mode: 'live', status: 'running', rows: 7, refused: 4, started: 0 });
    expect(accepted.headers.get('location')).toBe(`/v1/batches/${String(accepted.body.id)}`);
    expect(await finished(accepted)).toMatchObject({
      status: 'done',
      ...{ rows: 7, queued: 0, started: 2, refused: 5, canceled: 0 },
    });
    const rows = await resultsOf(accepted);
    expect(rows.map(({ row, status, error }) => [row, status, error?.['code'], error?.['field']])).toEqual([
      [1, 'started', undefined, undefined],
      [2, 'refused', 'input/phone_number', 'to'],
      [3, 'refused', 'input/invalid', 'row'],
      [4, 'refused', 'input/invalid', 'row'],
      // The second one to this number within its pause.
      [5, 'refused', 'verification/too_many_sends', undefined],
      [6, 'refused', 'input/invalid', 'row'],
      [7, 'started', undefined, undefined],
    ]);
    expect(rows[4]!.error).toMatchObject({ status: 429, nextSendAt: expect.any(String) as string });
    const key = { accountId: who.accountId, id: rows[0]!.verificationId! };
    expect(await stateOf(app, key)).toMatchObject({ locale: 'hr', mode: 'live' });
    const { body: shown } = await caller.get(`/v1/verifications/${key.id}`);
    expect(shown).toMatchObject({ to: first });
    // Nothing of whom it was for is left behind.
    expect(await app.sql`SELECT FROM vault.batch_chunks WHERE account_id = ${uuidOf(who.accountId)}`).toEqual(
      [],
    );
  });

  test('may be one JSON array, and has results by pages', async () => {
    const accepted = await caller.post(PATH, someRows(5));
    expect(accepted.body).toMatchObject({ rows: 5 });
    await finished(accepted);
    const path = `/v1/batches/${String(accepted.body.id)}/results`;
    const page = await caller.get(`${path}?first=3`);
    expect((page.body.items as Row[]).map(({ row }) => row)).toEqual([1, 2, 3]);
    const next = await caller.get(`${path}?first=3&after=${String(page.body.nextCursor)}`);
    expect((next.body.items as Row[]).map(({ row, status }) => [row, status])).toEqual([
      [4, 'started'],
      [5, 'started'],
    ]);
    expect(next.body.nextCursor).toBeNull();
    const known = { 'if-none-match': page.headers.get('etag')! };
    expect((await caller.get(`${path}?first=3`, known)).status).toBe(304);
    expect((await caller.get(`${path}?after=x`)).body.code).toBe('input/cursor');
  });

  test('of a test key goes to the sandbox, and nobody live sees it', async () => {
    const { key } = await createApiKey(app, who.accountId, { name: 'Tests', mode: 'test' });
    const tester = restCallerWith(app, key);
    const accepted = await tester.post(PATH, [{ to: '+12025550100' }, { to: '+12025550101' }]);
    expect(await finished(accepted, tester)).toMatchObject({ mode: 'test', started: 2 });
    const [row] = await resultsOf(accepted, tester);
    expect(await stateOf(app, { accountId: who.accountId, id: row!.verificationId! })).toMatchObject({
      mode: 'test',
    });
    expect((await get(accepted.body.id)).body.code).toBe('batch/not_found');
    expect((await caller.post(`/v1/batches/${String(accepted.body.id)}/cancel`)).status).toBe(404);
  });

  test('is watched until nothing of it can change any more', async () => {
    const accepted = await caller.post(PATH, linesOf(someRows(60)), NDJSON);
    const events = await openEvents(
      `${app.server!.url}/v1/batches/${String(accepted.body.id)}/events`,
      caller.credential,
    );
    const seen = await events.take(({ type }) => type === 'end');
    await events.closed;
    const told = seen
      .slice(0, -1)
      .map(({ data }) => data as { version: number; started: number; status: string });
    expect(told.at(-1)).toMatchObject({ status: 'done', started: 60, queued: 0 });
    const versions = told.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });
});

describe('what is wrong with a body is told apart', () => {
  test.each([
    ['another content type', 'text/csv', 'to\n+385911234567', 415, 'request/media_type'],
    ['no content type', '', '[]', 415, 'request/media_type'],
    [
      'lines that end in the middle',
      NDJSON['content-type'],
      '{"to":"+385911234567"}\n{"to":',
      400,
      'batch/truncated',
    ],
    ['an array without its end', 'application/json', '[{"to":"+385911234567"}', 400, 'batch/truncated'],
    ['no rows', 'application/json', '[]', 400, 'input/invalid'],
    ['no array', 'application/json', '{"to":"+385911234567"}', 400, 'input/invalid'],
    ['too many octets', NDJSON['content-type'], 'x'.repeat(MAX_BODY_BYTES + 1), 413, 'batch/too_large'],
  ])('%s', async (_what, type, body, status, code) => {
    const { caller: by, who: quiet } = await still();
    const answer = await by.post(PATH, body, { 'content-type': type });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    // Without an idempotency key nobody could continue it.
    expect(await app.sql`SELECT FROM batches WHERE account_id = ${uuidOf(quiet.accountId)}`).toEqual([]);
  });

  test('one row more than a batch may have', async () => {
    const { caller: by, who: quiet } = await still();
    const headers = { ...NDJSON, 'idempotency-key': 'huge' };
    await by.post(PATH, '{"to":"+385911234567"}\n{', headers);
    // As if all but the last one had come before.
    await app.sql`
      UPDATE batches SET rows = ${MAX_ROWS}, fingerprint = NULL WHERE account_id = ${uuidOf(quiet.accountId)}`;
    const refused = await by.post(PATH, 'x\n'.repeat(MAX_ROWS + 1), headers);
    expect(refused.body).toMatchObject({ code: 'batch/too_large', maxRows: MAX_ROWS });
    expect(refused.status).toBe(413);
    expect(
      await app.sql`SELECT status, rows FROM batches WHERE account_id = ${uuidOf(quiet.accountId)}`,
    ).toEqual([{ status: 'receiving', rows: MAX_ROWS }]);
  });

  test('more batches under way than an account may have', async () => {
    const { caller: by } = await still();
    const rows = someRows(1);
    // A number that does not get another message keeps none of them waiting: they need more rows than are started.
    for (let i = 0; i < MAX_OPEN_BATCHES; i++)
      await by.post(PATH, '{"to":"+385911234567"}\n{', { ...NDJSON, 'idempotency-key': `${i}` });
    const refused = await by.post(PATH, rows);
    expect([refused.status, refused.body.code]).toEqual([429, 'batch/too_many']);
    expect(refused.headers.get('retry-after')).toBe('10');
    // Nobody has continued them.
    clock.advance(RECEIVING_MS + 1_000);
    await forgetBatches(app);
    expect((await by.post(PATH, rows)).status).toBe(202);
  });
});

describe('an idempotency key', () => {
  test('continues an upload that broke off, and keeps no row twice', async () => {
    const rows = someRows(1_300);
    const whole = linesOf(rows);
    const headers = { ...NDJSON, 'idempotency-key': 'newsletter' };
    const cut = await caller.post(PATH, whole.slice(0, 1_200 * 23 - 5), headers);
    expect(cut.body).toMatchObject({ code: 'batch/truncated', rowsKept: 1_199 });
    const { body: waiting } = await get(cut.body.batchId);
    expect(waiting).toMatchObject({ status: 'receiving', rows: 1_199, started: 0 });

    const accepted = await caller.post(PATH, whole, headers);
    expect(accepted.body).toMatchObject({ id: cut.body.batchId, rows: 1_300, refused: 0 });
    // The same again is the same batch.
    expect((await caller.post(PATH, whole, headers)).body.id).toBe(accepted.body.id);
    expect(await finished(accepted)).toMatchObject({ started: 1_300, refused: 0 });
    const results = await resultsOf(accepted);
    expect(new Set(results.map(({ verificationId }) => verificationId)).size).toBe(1_300);
  });

  test('continues one whose connection broke', async () => {
    const rows = someRows(3);
    const headers = { ...NDJSON, 'idempotency-key': 'broken', authorization: `Bearer ${caller.credential}` };
    const broken = request(`${app.server!.url}${PATH}`, { method: 'POST', headers });
    broken.on('error', () => {});
    broken.write(linesOf(rows.slice(0, 2)));
    const id = await until(async () => {
      const found = await app.sql<
        { id: string }[]
      >`SELECT id FROM batches WHERE status = 'receiving' AND account_id = ${uuidOf(who.accountId)}`;
      return found[0]?.id;
    });
    broken.destroy();
    await until(async () => {
      const [kept] = await app.sql<
        { rows: number }[]
      >`SELECT rows FROM batches WHERE account_id = ${uuidOf(who.accountId)} AND id = ${id}`;
      return kept!.rows === 2;
    });
    const accepted = await caller.post(PATH, linesOf(rows), { ...NDJSON, 'idempotency-key': 'broken' });
    expect(uuidOf(accepted.body.id as BatchId)).toBe(id.replaceAll('-', ''));
    expect(await finished(accepted)).toMatchObject({ rows: 3, started: 3 });
  });

  test('with another body is a conflict, whichever row it begins with, and leaves the batch as it is', async () => {
    const rows = someRows(600);
    const headers = { ...NDJSON, 'idempotency-key': 'used' };
    const accepted = await caller.post(PATH, linesOf(rows), headers);
    const others = [
      [linesOf(rows.with(0, { to: aNumber() })), ''],
      [linesOf(rows.with(599, { to: aNumber() })), ''],
      [linesOf(rows.slice(0, 599)), ''],
      [linesOf([...rows, { to: aNumber() }]), ''],
      [linesOf(rows), '?locale=hr'],
    ] as const;
    for (const [body, query] of others) {
      const refused = await caller.post(PATH + query, body, headers);
      expect([refused.status, refused.body.code]).toEqual([409, 'idempotency/conflict']);
    }
    expect(await finished(accepted)).toMatchObject({ rows: 600, started: 600 });
  });
});

/** A socket over which an upload comes as slowly as the test wants. */
function slowUpload(server: ApiServer, headers: Record<string, string>) {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let told = '';
  socket.on('data', (chunk) => (told += chunk.toString()));
  // A client that goes on writing may get a reset.
  socket.on('error', () => {});
  const all = { host: 'localhost', 'transfer-encoding': 'chunked', ...NDJSON, ...headers };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST ${PATH} HTTP/1.1\r\n${head.join('')}\r\n`);
  const send = (text: string) => socket.write(`${text.length.toString(16)}\r\n${text}\r\n`);
  return {
    socket,
    closed: new Promise((resolve) => socket.once('close', resolve)),
    send,
    end: () => socket.write('0\r\n\r\n'),
    told: () => told,
    /** Sends a row every few milliseconds. @returns stops that */
    drip(rows: readonly object[]): () => void {
      let next = 0;
      const timer = setInterval(() => send(linesOf([rows[next++ % rows.length]!])), 10);
      return () => clearInterval(timer);
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

describe('an upload over a slow line', () => {
  const key = (name: string) => ({ authorization: `Bearer ${caller.credential}`, 'idempotency-key': name });
  const REQUEST_MS = 600;
  /** Long enough for a busy machine to have begun reading by then: until that the server's own time counts, which says nothing. */
  const SLOWEST_MS = 3_000;

  test('goes on for as long as something comes of it, beyond what a request may take', async () => {
    await using server = await serveAgain(app, {}, { requestMs: REQUEST_MS });
    using upload = slowUpload(server, key('steady'));
    const rows = someRows(60);
    const begun = performance.now();
    for (const row of rows) {
      upload.send(linesOf([row]));
      await sleep(25);
    }
    // Node looks four times in that time whether a request is late.
    expect(performance.now() - begun).toBeGreaterThan(2 * REQUEST_MS);
    upload.end();
    await until(() => upload.told().includes('"rows":60'));
    expect(upload.told()).toMatch(/^HTTP\/1\.1 202 /);
    // The connection goes on being good.
    upload.socket.write('GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await until(() => upload.told().includes('{"status":"ok"}'));
  });

  test('is told that nothing came of it for too long, and what is kept of it', async () => {
    await using server = await serveAgain(app, {}, { requestMs: SLOWEST_MS });
    using upload = slowUpload(server, key('stalled'));
    const rows = someRows(3);
    upload.send(linesOf(rows.slice(0, 2)));
    await until(() => upload.told().includes('"code":"batch/stalled"'));
    expect(upload.told()).toMatch(/^HTTP\/1\.1 408 .*"rowsKept":2/s);
    // And its connection is not kept for it.
    await upload.closed;
    const accepted = await caller.post(PATH, linesOf(rows), { ...NDJSON, 'idempotency-key': 'stalled' });
    expect(accepted.body).toMatchObject({ rows: 3, refused: 0 });
  });

  test('ends in any case some time', async () => {
    await using server = await serveAgain(app, {}, { requestMs: SLOWEST_MS, uploadMs: 1_000 });
    using upload = slowUpload(server, key('endless'));
    const stop = upload.drip(someRows(1));
    await until(() => upload.told().includes('"code":"batch/stalled"'));
    // What goes on coming then is thrown away, for as long as a request may take.
    await upload.closed;
    stop();
  });

  test.each([
    ['without a credential', () => ({})],
    ['of another type', () => ({ ...key('csv'), 'content-type': 'text/csv' })],
  ])('%s is held to the time of every request', async (_what, headers) => {
    await using server = await serveAgain(app, {}, { requestMs: REQUEST_MS });
    using upload = slowUpload(server, headers());
    const stop = upload.drip(someRows(1));
    await upload.closed;
    stop();
  });
});

describe('a batch that stands still', () => {
  test('is canceled: what was not begun never is, and nobody is named in it any more', async () => {
    const { caller: by, who: quiet } = await still();
    const accepted = await by.post(PATH, linesOf(someRows(700)), NDJSON);
    const begun = await until(async () => {
      const { body } = await get(accepted.body.id, by);
      return (body.started as number) > 0 ? (body.started as number) : undefined;
    });
    const canceled = await by.post(`/v1/batches/${String(accepted.body.id)}/cancel`);
    expect(canceled.body).toMatchObject({ status: 'canceled' });
    const last = await finished(accepted, by);
    expect(last).toMatchObject({ rows: 700, queued: 0, refused: 0 });
    expect(last.started).toBeGreaterThanOrEqual(begun);
    expect((last.started as number) + (last.canceled as number)).toBe(700);
    expect(last.started).toBeLessThan(100);
    const rows = await resultsOf(accepted, by);
    expect(rows.filter(({ status }) => status === 'canceled')).toHaveLength(last.canceled as number);
    expect(
      await app.sql`SELECT FROM vault.batch_chunks WHERE account_id = ${uuidOf(quiet.accountId)}`,
    ).toEqual([]);
    // Twice is the same as once.
    expect((await by.post(`/v1/batches/${String(accepted.body.id)}/cancel`)).status).toBe(200);
  });

  test('ends with the access of whoever brought it, and not when a key, a token or a session is only over', async () => {
    const bringers = createBringers(app);
    const brought = await Promise.all(
      bringers.map(async ({ bring, because }) => {
        const { caller: by, who: quiet } = await still();
        const { credential, change } = await bring(quiet);
        const batch = await restCallerWith(app, credential).post(PATH, linesOf(someRows(700)), NDJSON);
        return { by, quiet, batch, change, because };
      }),
    );
    const lost = brought.filter(({ because }) => because !== undefined);
    const kept = brought.filter(({ because }) => because === undefined);
    const beside = await lost[0]!.by.post(PATH, linesOf(someRows(700)), NDJSON);
    for (const { batch, by } of brought)
      await until(async () => ((await get(batch.body.id, by)).body.started as number) > 0);
    const [lastToGo, ...first] = lost;
    for (const { change } of [...kept, ...first]) await change();
    // Keys and tokens are over by their time now. When the last one has gone, all were looked at.
    clock.advance(BRINGER_MS + 1_000);
    await lastToGo!.change();
    for (const { by, quiet, batch, because } of lost) {
      const last = await finished(batch, by);
      expect(last, because).toMatchObject({ status: 'revoked', rows: 700, queued: 0, refused: 0 });
      expect(last.started).toBeLessThan(100);
      expect((last.started as number) + (last.canceled as number)).toBe(700);
      const entries = await app.sql`
        SELECT actor_kind, details FROM audit_entries
        WHERE account_id = ${uuidOf(quiet.accountId)} AND action = 'batch.cancel' AND outcome = 'ok'`;
      expect(entries).toMatchObject([{ actor_kind: 'system', details: { because } }]);
    }
    const { by, batch } = lost[0]!;
    expect((await resultsOf(batch, by)).at(-1)).toMatchObject({ row: 700, status: 'canceled' });
    expect((await by.post(`/v1/batches/${String(batch.body.id)}/cancel`)).body.code).toBe('batch/settled');
    for (const other of [...kept, { by, batch: beside }])
      expect((await get(other.batch.body.id, other.by)).body).toMatchObject({
        status: 'running',
        canceled: 0,
      });
  });

  test('starts what sends nothing beside it, and takes no more room for messages because of that', async () => {
    const { caller: by, who: quiet } = await still();
    const [carrier] = await app.sql<{ id: string }[]>`
      SELECT id FROM carriers WHERE account_id = ${uuidOf(quiet.accountId)}`;
    const ours = '+385991234567';
    await addInboundNumber(app, quiet, { carrierId: idFromUuid('car', carrier!.id), number: ours });
    const rows = someRows(900).map((row, i) => (i < 200 ? { ...row, channel: 'inbound_sms' } : row));
    const accepted = await by.post(PATH, linesOf(rows), NDJSON);
    await until(async () => ((await get(accepted.body.id, by)).body.started as number) > 200);
    const canceled = await by.post(`/v1/batches/${String(accepted.body.id)}/cancel`);
    expect(await finished(canceled, by)).toMatchObject({ refused: 0 });
    const results = await resultsOf(accepted, by);
    const started = results.filter(({ status }) => status === 'started');
    expect(started.slice(0, 200).map(({ row }) => row)).toEqual(rows.slice(0, 200).map((_, i) => i + 1));
    expect(started.length - 200).toBeLessThan(100);
    const { body: first } = await by.get(`/v1/verifications/${started[0]!.verificationId}`);
    expect(first).toMatchObject({
      channel: 'inbound_sms',
      inboundNumber: ours,
      inboundCode: expect.stringMatching(/^\d{6}$/) as string,
    });
    const { body: last } = await by.get(`/v1/verifications/${started.at(-1)!.verificationId}`);
    expect(last).toMatchObject({ channel: 'sms', inboundNumber: null, inboundCode: null });
  });

  test('has a channel, rows may have another one, and which it is belongs to what was asked for', async () => {
    const { caller: by } = await still();
    const [one, other] = someRows(2);
    const body = linesOf([one!, { ...other!, channel: 'sms' }, { ...one!, channel: 'fax' }]);
    const headers = { ...NDJSON, 'idempotency-key': 'channels' };
    const accepted = await by.post(`${PATH}?channel=inbound_sms`, body, headers);
    expect(await finished(accepted, by)).toMatchObject({ started: 1, refused: 2 });
    const rows = await resultsOf(accepted, by);
    // There is no number that the first one could text.
    expect(rows.map(({ status, error }) => [status, error?.['code'], error?.['field']])).toEqual([
      ['refused', 'input/invalid', 'channel'],
      ['started', undefined, undefined],
      ['refused', 'input/invalid', 'channel'],
    ]);
    expect((await by.post(PATH, body, headers)).body.code).toBe('idempotency/conflict');
    expect((await by.post(`${PATH}?channel=inbound_sms`, body, headers)).body.id).toBe(accepted.body.id);
    expect((await by.post(`${PATH}?channel=fax`, body, NDJSON)).body).toMatchObject({
      code: 'input/invalid',
      field: 'channel',
    });
  });

  test('is in the list of batches, the newest first, page by page', async () => {
    const { caller: by } = await still();
    const ids: unknown[] = [];
    for (let i = 0; i < 3; i++) ids.unshift((await by.post(PATH, someRows(1))).body.id);
    const first = await by.get('/v1/batches?first=2');
    const page = ({ body }: RestAnswer) => (body.items as { id: unknown }[]).map(({ id }) => id);
    expect(page(first)).toEqual(ids.slice(0, 2));
    const next = await by.get(`/v1/batches?first=2&after=${String(first.body.nextCursor)}`);
    expect([page(next), next.body.nextCursor]).toEqual([ids.slice(2), null]);
    expect((await by.get('/v1/batches?after=x')).body.code).toBe('input/cursor');
  });

  test('forgets a subject that is erased, whose row is refused', async () => {
    const { caller: by, who: quiet } = await still();
    const rows = someRows(600);
    const accepted = await by.post(PATH, linesOf(rows), NDJSON);
    const receipt = await eraseSubject(app, quiet, { to: rows[599]!.to });
    expect(receipt.counts).toMatchObject({ batchRows: 1 });
    const erased = (await resultsOf(accepted, by)).at(-1);
    expect(erased).toMatchObject({ row: 600, status: 'refused', error: { code: 'number/gone' } });
    const { body } = await get(accepted.body.id, by);
    expect(body).toMatchObject({ rows: 600, refused: 1 });
    expect(await eraseSubject(app, quiet, { to: rows[599]!.to })).toMatchObject({ counts: { batchRows: 0 } });
  });

  test('ends after a day', async () => {
    const { caller: by } = await still();
    const accepted = await by.post(PATH, linesOf(someRows(100)), NDJSON);
    clock.advance(RUNNING_MS + 60_000);
    await forgetBatches(app);
    expect(await finished(accepted, by)).toMatchObject({ status: 'expired', queued: 0 });
    expect((await by.post(`/v1/batches/${String(accepted.body.id)}/cancel`)).body.code).toBe('batch/settled');
  });
});

test('results that cannot be read to their end break off, and nothing is said of why but in the log', async ({
  onTestFinished,
}) => {
  const said: unknown[] = [];
  const spy = vi.spyOn(console, 'error').mockImplementation((...words) => void said.push(words));
  onTestFinished(() => spy.mockRestore());
  const accepted = await caller.post(PATH, linesOf(someRows(1)), NDJSON);
  await finished(accepted);
  await withoutTable(app, 'batch_results', async () => {
    const text = await resultsOf(accepted).catch((error: unknown) => error);
    expect(text).toBeInstanceOf(TypeError);
  });
  expect(said).toEqual([]);
  expect(await resultsOf(accepted)).toHaveLength(1);
});

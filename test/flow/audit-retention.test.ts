import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noteApart } from '../../src/audit/append.ts';
import { makeCheckpoints } from '../../src/audit/make-checkpoints.ts';
import { sealAll } from '../../src/audit/seal-entries.ts';
import { readEvidence } from '../../src/audit/verify/kept-checkpoints.ts';
import { verifyAccount } from '../../src/audit/verify/verify-account.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { uuidOf, type AccountId, type AuditEntryId } from '../../src/ids.ts';
import { keepPartitions } from '../../src/retention/keep-partitions.ts';
import { setRetention } from '../../src/retention/settings.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { auditOf } from '../support/audit-log.ts';
import { createClock } from '../support/verifying.ts';

const DAY = 86_400_000;
const clock = createClock();
let testApp: TestApp;
let superuser: postgres.Sql;
beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api' }, { clock: clock.now, random: () => 0 });
  // No trigger fires that way: what somebody could do who has the database.
  superuser = postgres(testApp.databaseUrl, { max: 1, connection: { session_replication_role: 'replica' } });
  await keepPartitions(testApp.app);
});
afterAll(async () => {
  await superuser.end();
  await testApp[Symbol.asyncDispose]();
});

/** Writes, seals and signs. @returns the ids of all that there are, oldest first */
async function grow(accountId: AccountId, entries: number): Promise<AuditEntryId[]> {
  const { app } = testApp;
  const actor = { kind: 'system', id: null, session: null, address: null } as const;
  await noteApart(
    app,
    Array.from({ length: entries }, () => ({
      ...{ accountId, actor, action: 'route.add' as const, targets: [newId('rte')] },
    })),
  );
  await sealAll(app);
  await makeCheckpoints(app);
  return (await auditOf(app, accountId)).map(({ id }) => id);
}

async function verdictOf(accountId: AccountId) {
  return verifyAccount(testApp.app, accountId, await readEvidence(testApp.app, {}), () => undefined);
}

const edit = (id: AuditEntryId) =>
  superuser`UPDATE audit_entries SET address = '192.0.2.1' WHERE id = ${uuidOf(id)}`;

test('entries go when their time is over, the chain verifies to its first checkpoint, and what else is gone is named', async () => {
  const { app } = testApp;
  const who = await createTestAccount(app);
  const { accountId } = who;
  await expect(setRetention(app, who, { audit: 90 })).rejects.toMatchObject({
    ...{ code: 'input/invalid', field: 'audit' },
  });
  const before = (await grow(accountId, 2)).length;
  await setRetention(app, who, { audit: 365 });
  // Kept for less than those before it: what goes first is no beginning.
  const short = (await grow(accountId, 4)).slice(before);
  clock.advance(100 * DAY);
  const later = await grow(accountId, 3);
  const all = later.length;
  expect(await verdictOf(accountId)).toMatchObject({ lastSeq: all, entries: all, gone: 0 });

  // Deleted and edited before their time is over: they are not among what goes.
  clock.advance(300 * DAY);
  const signed = await app.sql`SELECT seq FROM audit_checkpoints WHERE account_id = ${uuidOf(accountId)}`;
  await keepPartitions(app);
  const verdict = await verdictOf(accountId);
  expect(verdict).toMatchObject({ lastSeq: all, gone: short.length, entries: all - short.length });
  expect(verdict.tampering).toBeUndefined();
  const left = new Set((await auditOf(app, accountId)).map(({ id }) => id));
  expect(short.filter((id) => left.has(id))).toEqual([]);
  expect(later.filter((id) => !left.has(id))).toEqual(short);
  expect(
    await app.sql`SELECT seq FROM audit_checkpoints WHERE account_id = ${uuidOf(accountId)}`,
  ).toHaveLength(signed.length);
  // It goes on.
  const added = await grow(accountId, 1);
  expect(await verdictOf(accountId)).toMatchObject({ lastSeq: all + 1, tampering: undefined });

  await superuser`DELETE FROM audit_entries WHERE id = ${uuidOf(added.at(-1)!)}`;
  expect((await verdictOf(accountId)).tampering).toMatchObject({ kind: 'deleted', entryId: added.at(-1)! });
  // That it went in its time is not believed without the signature, nor by that of another account.
  const [cut] = await superuser`SELECT * FROM audit_cuts WHERE account_id = ${uuidOf(accountId)}`;
  await expect(app.sql`DELETE FROM audit_cuts`).rejects.toThrow('only added to');
  await superuser`DELETE FROM audit_cuts WHERE account_id = ${uuidOf(accountId)}`;
  expect((await verdictOf(accountId)).tampering).toMatchObject({ kind: 'deleted', entryId: short[0] });
  const other = await createTestAccount(app);
  await superuser`INSERT INTO audit_cuts ${superuser({ ...cut, account_id: uuidOf(other.accountId) })}`;
  expect((await verdictOf(other.accountId)).tampering).toMatchObject({ kind: 'forged' });
});

test('what was edited or deleted before its time was over is named for ever', async () => {
  const { app } = testApp;
  const [one, two] = [await createTestAccount(app), await createTestAccount(app)];
  for (const who of [one, two]) await setRetention(app, who, { audit: 365 });
  const [edited, deleted] = [await grow(one.accountId, 5), await grow(two.accountId, 5)];
  await edit(edited.at(-3)!);
  await superuser`DELETE FROM audit_entries WHERE id = ${uuidOf(deleted.at(-2)!)}`;
  clock.advance(400 * DAY);
  await keepPartitions(app);
  // With the entry of the change, which is kept by what it says.
  expect(await auditOf(app, one.accountId)).toHaveLength(edited.length - 6);
  expect(await verdictOf(one.accountId)).toMatchObject({
    tampering: { kind: 'deleted', entryId: edited.at(-3) },
  });
  expect(await verdictOf(two.accountId)).toMatchObject({
    tampering: { kind: 'deleted', entryId: deleted.at(-2) },
  });
});

test('entries that had no partition get theirs, and nobody empties one', async () => {
  const { app } = testApp;
  clock.advance(1_000 * DAY);
  const accountId = newId('acc');
  const [id] = await grow(accountId, 1);
  const place = async () =>
    (
      await app.sql<{ place: string }[]>`
        SELECT tableoid::regclass::text AS place FROM audit_entries WHERE id = ${uuidOf(id!)}`
    )[0]!.place;
  expect(await place()).toBe('audit_entries_d1095_rest');
  await keepPartitions(app);
  const leaf = await place();
  expect(leaf).toMatch(/^audit_entries_d1095_\d{8}$/);
  for (const attempt of [`DELETE FROM ${leaf}`, `TRUNCATE ${leaf}`, 'TRUNCATE audit_entries_d1095_rest'])
    await expect(app.sql.unsafe(attempt)).rejects.toThrow('only added to');
  expect(await verdictOf(accountId)).toMatchObject({ entries: 1, tampering: undefined });
});

import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appendAudit, noteApart } from '../../src/audit/append.ts';
import type { NewAuditEntry } from '../../src/audit/entry.ts';
import { sealAll, sealEntries } from '../../src/audit/seal-entries.ts';
import { readEvidence } from '../../src/audit/verify/kept-checkpoints.ts';
import type { Evidence } from '../../src/audit/verify/known-heads.ts';
import { verifyAccount } from '../../src/audit/verify/verify-account.ts';
import { describeTampering, verifyLog } from '../../src/audit/verify/verify-log.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { transaction } from '../../src/db/transaction.ts';
import { uuidOf, type AccountId, type AuditEntryId } from '../../src/ids.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { auditOf } from '../support/audit-log.ts';
import { runToEnd } from '../support/processes.ts';
import { until } from '../support/until.ts';

// Without a worker, so that nothing is sealed but when a test says so.
let testApp: TestApp;
let superuser: postgres.Sql;
beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api' });
  // The database user of tests is a superuser, for whom no trigger fires that way.
  superuser = postgres(testApp.databaseUrl, { max: 1, connection: { session_replication_role: 'replica' } });
});
afterAll(async () => {
  await superuser.end();
  await testApp[Symbol.asyncDispose]();
});

function anEntry(accountId: AccountId): NewAuditEntry {
  const actor = { kind: 'system', id: null, session: null, address: null } as const;
  return { accountId, actor, action: 'route.add', targets: [newId('rte')], details: { routes: 1 } };
}

/** Writes entries in so many transactions of so many, and seals each. */
async function aLog(turns: readonly number[]): Promise<{ accountId: AccountId; ids: AuditEntryId[] }> {
  const { app } = testApp;
  const accountId = newId('acc');
  for (const turn of turns) {
    await noteApart(
      app,
      Array.from({ length: turn }, () => anEntry(accountId)),
    );
    await sealAll(app);
  }
  return { accountId, ids: (await auditOf(app, accountId)).map(({ id }) => id) };
}

/** With the keys of the database, and what was kept elsewhere. */
async function verdictOf(accountId: AccountId, kept: Evidence['kept'] = []) {
  const evidence = await readEvidence(testApp.app, {});
  return verifyAccount(testApp.app, accountId, { ...evidence, kept }, () => undefined);
}

describe('sealing', () => {
  test('links what is written in order, and all of it', async () => {
    const { accountId, ids } = await aLog([3, 1, 700]);
    expect(await verdictOf(accountId)).toEqual({
      ...{ accountId, lastSeq: 704, entries: 704, gone: 0, waiting: 0, tampering: undefined },
    });
    const blocks = await testApp.app.sql<{ first_seq: string; entry_ids: string[] }[]>`
      SELECT first_seq, entry_ids FROM audit_blocks WHERE account_id = ${uuidOf(accountId)} ORDER BY 1`;
    expect(blocks.map(({ first_seq }) => Number(first_seq))).toEqual([1, 4, 5, 505]);
    const linked = blocks.flatMap(({ entry_ids }) => entry_ids.map((uuid) => uuid.replaceAll('-', '')));
    expect(linked).toEqual(ids.map(uuidOf));
  });

  test('links what says its mode behind what does not, as entries of before do not', async () => {
    const { app } = testApp;
    const { accountId } = await aLog([2]);
    const ofKey = (mode: 'live' | 'test') => {
      const { actor, ...entry } = anEntry(accountId);
      return { ...entry, actor: { ...actor, kind: 'apiKey', id: newId('key'), mode } as const };
    };
    await noteApart(app, [ofKey('test'), ofKey('live'), anEntry(accountId)]);
    await sealAll(app);
    expect(await verdictOf(accountId)).toMatchObject({ lastSeq: 5, entries: 5, tampering: undefined });
    const entries = await auditOf(app, accountId);
    expect(entries.map(({ mode }) => mode)).toEqual([undefined, undefined, 'test', 'live', undefined]);
    const [account, id] = [uuidOf(accountId), uuidOf(entries[2]!.id)];
    for (const forged of [null, 'live', '']) {
      await superuser`UPDATE audit_entries SET mode = ${forged} WHERE account_id = ${account} AND id = ${id}`;
      expect((await verdictOf(accountId)).tampering).toMatchObject({ kind: 'edited', seq: 3 });
    }
  });

  test('never leaves out what commits late, and waits for nobody', async () => {
    const { app } = testApp;
    const accountId = newId('acc');
    const held = Promise.withResolvers<undefined>();
    const written = Promise.withResolvers<undefined>();
    const late = transaction(
      app.lanes,
      async (tx) => {
        await appendAudit(tx, [anEntry(accountId)], app.clock());
        written.resolve(undefined);
        await held.promise;
      },
      async () => undefined,
    );
    await written.promise;
    await noteApart(app, [anEntry(accountId), anEntry(accountId)]);
    await sealAll(app);
    expect(await verdictOf(accountId)).toMatchObject({ lastSeq: 2, entries: 2, tampering: undefined });
    held.resolve(undefined);
    await late;
    expect(await verdictOf(accountId)).toMatchObject({ lastSeq: 2, waiting: 1, tampering: undefined });
    await sealAll(app);
    expect(await verdictOf(accountId)).toMatchObject({ lastSeq: 3, entries: 3, tampering: undefined });
  });

  test('is done by one at a time, whoever tries, while entries come in', async () => {
    const { app } = testApp;
    const accounts = [newId('acc'), newId('acc')];
    const some = accounts.map((accountId) => anEntry(accountId));
    const writers = Array.from({ length: 40 }, () => noteApart(app, some));
    const sealers = Array.from({ length: 40 }, (_, i) => sealEntries(app, { wait: i % 2 === 0 }));
    await Promise.all([...writers, ...sealers]);
    await sealAll(app);
    for (const accountId of accounts)
      expect(await verdictOf(accountId)).toMatchObject({ lastSeq: 40, entries: 40, tampering: undefined });
  });

  test('is refused to be undone, by the database itself', async () => {
    const { accountId } = await aLog([1]);
    const { sql } = testApp.app;
    const account = uuidOf(accountId);
    const attempts = [
      sql`UPDATE audit_blocks SET hashes = chain_hashes WHERE account_id = ${account}`,
      sql`DELETE FROM audit_blocks WHERE account_id = ${account}`,
      sql`TRUNCATE audit_blocks`,
    ];
    for (const attempt of attempts) await expect(attempt).rejects.toThrow('only added to');
  });
});

/** Tamperings by a superuser, what to call each, and the seq of what is named. */
const TAMPERINGS: readonly [
  name: string,
  tamper: (account: string, ids: readonly string[]) => PromiseLike<unknown>,
  expected: { kind: string; seq?: number; index?: number },
][] = [
  [
    'an entry was edited',
    (account, ids) =>
      superuser`UPDATE audit_entries SET address = '192.0.2.1' WHERE account_id = ${account} AND id = ${ids[3]!}`,
    { kind: 'edited', seq: 4, index: 3 },
  ],
  [
    'an entry is said to be of a test',
    (account, ids) =>
      superuser`UPDATE audit_entries SET mode = 'test' WHERE account_id = ${account} AND id = ${ids[4]!}`,
    { kind: 'edited', seq: 5, index: 4 },
  ],
  [
    'an entry has an action that there is none of',
    (account, ids) =>
      superuser`UPDATE audit_entries SET action = 'route.praise' WHERE account_id = ${account} AND id = ${ids[0]!}`,
    { kind: 'edited', seq: 1, index: 0 },
  ],
  [
    'an entry was deleted',
    (account, ids) => superuser`DELETE FROM audit_entries WHERE account_id = ${account} AND id = ${ids[6]!}`,
    { kind: 'deleted', seq: 7, index: 6 },
  ],
  [
    'entries of two blocks were swapped',
    (account, ids) => superuser`
      UPDATE audit_entries e SET occurred_at = o.occurred_at, targets = o.targets, details = o.details
      FROM audit_entries o WHERE e.account_id = ${account} AND o.account_id = ${account}
        AND (e.id, o.id) IN ((${ids[1]!}, ${ids[5]!}), (${ids[5]!}, ${ids[1]!}))`,
    { kind: 'swapped', seq: 2, index: 1 },
  ],
  [
    'a block was deleted with its entries',
    (account, ids) => superuser`
      WITH gone AS (DELETE FROM audit_blocks WHERE account_id = ${account} AND first_seq = 4)
      DELETE FROM audit_entries WHERE account_id = ${account} AND id = ANY (${ids.slice(3, 6)}::uuid[])`,
    { kind: 'deleted', seq: 4 },
  ],
  [
    'the beginning was cut off',
    (account) => superuser`DELETE FROM audit_blocks WHERE account_id = ${account} AND first_seq = 1`,
    { kind: 'cut', seq: 1 },
  ],
  [
    'the last block was cut off, and its entries left',
    (account) => superuser`DELETE FROM audit_blocks WHERE account_id = ${account} AND first_seq = 7`,
    { kind: 'unlinked', index: 6 },
  ],
  [
    'an entry was put in by hand',
    (account, ids) => superuser`
      INSERT INTO audit_entries SELECT account_id, '01900000000070008000000000000000', occurred_at, kind, actor_kind,
        actor_id, actor_session, address, action, outcome, count, targets, details
      FROM audit_entries WHERE account_id = ${account} AND id = ${ids[0]!}`,
    { kind: 'unlinked' },
  ],
  [
    'an entry and its hash were edited, with all but the chain hash',
    (account) => superuser`
      UPDATE audit_blocks SET hashes = set_byte(hashes, 40, 255 - get_byte(hashes, 40))
      WHERE account_id = ${account} AND first_seq = 4`,
    { kind: 'edited', seq: 5, index: 4 },
  ],
];

describe('verifying', () => {
  test.each(TAMPERINGS)(
    'names the first row when %s, and says nothing of others',
    async (_name, tamper, expected) => {
      const { accountId, ids } = await aLog([3, 3, 3]);
      const other = await aLog([2]);
      await tamper(uuidOf(accountId), ids.map(uuidOf));
      const { tampering } = await verdictOf(accountId);
      const { index, ...told } = expected;
      expect(tampering).toMatchObject({ ...told, ...(index === undefined ? {} : { entryId: ids[index] }) });
      expect((await verdictOf(other.accountId)).tampering).toBeUndefined();
    },
  );

  test.each([
    [
      'edited',
      (account: string) => superuser`UPDATE audit_entries SET count = 2 WHERE account_id = ${account}`,
    ],
    ['deleted', (account: string) => superuser`DELETE FROM audit_entries WHERE account_id = ${account}`],
  ])('finds what is %s before it is sealed, and after', async (kind, tamper) => {
    const { app } = testApp;
    const accountId = newId('acc');
    await noteApart(app, [anEntry(accountId)]);
    const [entry] = await auditOf(app, accountId);
    await tamper(uuidOf(accountId));
    expect((await verdictOf(accountId)).tampering).toMatchObject({ kind, entryId: entry!.id });
    await sealAll(app);
    expect((await verdictOf(accountId)).tampering).toMatchObject({ kind, seq: 1, entryId: entry!.id });
  });

  test('of all accounts names each that is not whole, and npm run audit:verify ends with the code 1', async () => {
    const { app } = testApp;
    const { accountId, ids } = await aLog([4]);
    const env = {
      DATABASE_URL: testApp.databaseUrl,
      OTPOST_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')},index:${Buffer.alloc(32, 8).toString('base64')}`,
    };
    const verify = (...args: string[]) => runToEnd({ entry: 'src/audit-verify.ts', args, env });
    const whole = await verify('--account', accountId);
    expect(whole.lines).toContain(`${accountId}: whole to seq 4: 4 entries.`);
    expect(whole.ended).toBe(0);

    await superuser`DELETE FROM audit_entries WHERE id = ${uuidOf(ids[2]!)}`;
    const found: string[] = [];
    await verifyLog(
      app,
      { accountId: undefined },
      {
        onProgress: () => undefined,
        onVerdict: (verdict) =>
          void (verdict.tampering && found.push(describeTampering(verdict.accountId, verdict.tampering))),
      },
    );
    const { ended, lines } = await verify();
    expect(ended).toBe(1);
    expect(lines).toEqual(expect.arrayContaining(found));
    expect(lines).toContain(`${accountId}: DELETED seq 3, ${ids[2]}. It is gone; its link is there.`);
  });
});

test('a worker seals what is written within a second or so', async () => {
  await using worker = await createTestApp({ ROLES: 'worker' });
  const { app } = worker;
  const accountId = newId('acc');
  await noteApart(app, [anEntry(accountId)]);
  await until(
    async () =>
      (await app.sql`SELECT FROM audit_blocks WHERE account_id = ${uuidOf(accountId)}`).length === 1,
  );
  expect(await app.sql`SELECT FROM audit_unsealed`).toHaveLength(0);
});

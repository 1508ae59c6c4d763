import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compactVerify, createLocalJWKSet, CompactSign, generateKeyPair, type JSONWebKeySet } from 'jose';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import { noteApart } from '../../src/audit/append.ts';
import { EMPTY_CHAIN, makeBlocks } from '../../src/audit/chain.ts';
import { encodeCheckpoint } from '../../src/audit/checkpoint.ts';
import type { NewAuditEntry } from '../../src/audit/entry.ts';
import { hashEntry } from '../../src/audit/entry.ts';
import { makeCheckpoints } from '../../src/audit/make-checkpoints.ts';
import { sealAll } from '../../src/audit/seal-entries.ts';
import { readEvidence } from '../../src/audit/verify/kept-checkpoints.ts';
import { verifyAccount } from '../../src/audit/verify/verify-account.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { uuidOf, type AccountId } from '../../src/ids.ts';
import { createTestApp, createWaitingAccount, type TestApp } from '../support/app.ts';
import { auditOf } from '../support/audit-log.ts';
import { callerWith } from '../support/graphql.ts';
import { runToEnd } from '../support/processes.ts';

let testApp: TestApp;
let superuser: postgres.Sql;
let dir: string;
beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api' });
  superuser = postgres(testApp.databaseUrl, { max: 1, connection: { session_replication_role: 'replica' } });
  dir = await mkdtemp(join(tmpdir(), 'otpost-audit-'));
});
afterAll(async () => {
  await superuser.end();
  await testApp[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

function anEntry(accountId: AccountId): NewAuditEntry {
  const actor = { kind: 'system', id: null, session: null, address: null } as const;
  return { accountId, actor, action: 'route.add', targets: [newId('rte')] };
}

/** Writes, seals and signs. */
async function grow(accountId: AccountId, entries: number): Promise<void> {
  const { app } = testApp;
  await noteApart(
    app,
    Array.from({ length: entries }, () => anEntry(accountId)),
  );
  await sealAll(app);
  await makeCheckpoints(app);
}

async function aLog(): Promise<{ accountId: AccountId; account: string }> {
  const accountId = newId('acc');
  for (const entries of [3, 3]) await grow(accountId, entries);
  return { accountId, account: uuidOf(accountId) };
}

async function verdictOf(accountId: AccountId, checkpoint?: string) {
  const evidence = await readEvidence(testApp.app, { checkpoint });
  return verifyAccount(testApp.app, accountId, evidence, () => undefined);
}

const signaturesOf = async (account: string) =>
  (
    await superuser<{ signature: string }[]>`
      SELECT signature FROM audit_checkpoints WHERE account_id = ${account} ORDER BY seq`
  ).map(({ signature }) => signature);

describe('a checkpoint', () => {
  test('is read over GraphQL and REST, and verified by any library of JOSE with the keys of /v1/audit/keys', async () => {
    const { app } = testApp;
    const who = await createWaitingAccount(app);
    const { key } = await createApiKey(app, who.accountId, { name: 'Auditor', permissions: ['audit:read'] });
    const headers = { authorization: `Bearer ${key}` };
    const rest = async (path: string, method = 'GET') =>
      (await fetch(`${app.server!.url}/v1/audit/${path}`, { method, headers })).json() as Promise<unknown>;
    const written = (await auditOf(app, who.accountId)).length;

    const made = (await rest('checkpoints', 'POST')) as { id: string; seq: number; signature: string };
    expect(made.seq).toBe(written);
    const { items } = (await rest('checkpoints')) as { items: (typeof made)[] };
    expect(items).toEqual([made]);
    const caller = callerWith(app, key);
    const another = await caller.ask(
      'mutation { createAuditCheckpoint { ... on AuditCheckpoint { id seq chainHash signature } } }',
    );
    expect(another.data!.createAuditCheckpoint).toMatchObject({ seq: written + 1 });
    const { data } = await caller.ask('{ auditCheckpoints(first: 5) { nodes { id } } auditKeys }');
    expect((data!.auditCheckpoints as { nodes: object[] }).nodes).toHaveLength(2);

    const keys = (await rest('keys')) as JSONWebKeySet;
    expect(keys).toEqual(data!.auditKeys);
    expect(JSON.stringify(keys)).not.toContain('"d"');
    const { payload } = await compactVerify(made.signature, createLocalJWKSet(keys));
    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({
      ...{ iss: app.publicUrl, sub: who.accountId, seq: written },
    });
  });

  test('is made of every chain that has grown, and of no other', async () => {
    const { accountId, account } = await aLog();
    await makeCheckpoints(testApp.app);
    const rows = await testApp.app
      .sql`SELECT seq FROM audit_checkpoints WHERE account_id = ${account} ORDER BY 1`;
    expect(rows.map(({ seq }) => Number(seq))).toEqual([3, 6]);
    expect(await verdictOf(accountId)).toMatchObject({ lastSeq: 6, tampering: undefined });
    await expect(
      testApp.app.sql`DELETE FROM audit_checkpoints WHERE account_id = ${account}`,
    ).rejects.toThrow('only added to');
  });
});

describe('verifying finds by checkpoints', () => {
  test('an end that was cut off; by those that were kept elsewhere, when ours were cut off, too', async () => {
    const { accountId, account } = await aLog();
    const signatures = await signaturesOf(account);
    const keys = join(dir, 'keys.json');
    const kept = join(dir, 'kept.json');
    await writeFile(kept, JSON.stringify({ items: signatures.map((signature) => ({ signature })) }));
    await superuser`DELETE FROM audit_blocks WHERE account_id = ${account} AND first_seq = 4`;
    await superuser`
      DELETE FROM audit_entries WHERE account_id = ${account} AND id <> ALL (
        SELECT unnest(entry_ids) FROM audit_blocks WHERE account_id = ${account})`;
    expect((await verdictOf(accountId)).tampering).toMatchObject({ kind: 'cut', seq: 4 });

    await superuser`DELETE FROM audit_checkpoints WHERE account_id = ${account} AND seq > 3`;
    expect((await verdictOf(accountId)).tampering).toBeUndefined();
    expect((await verdictOf(accountId, kept)).tampering).toMatchObject({ kind: 'cut', seq: 4 });

    // Also when nothing at all is left of it, nor of the keys.
    for (const table of ['audit_blocks', 'audit_entries', 'audit_checkpoints'])
      await superuser`DELETE FROM ${superuser(table)} WHERE account_id = ${account}`;
    const caller = callerWith(
      testApp.app,
      (await createApiKey(testApp.app, (await createWaitingAccount(testApp.app)).accountId, { name: 'A' }))
        .key,
    );
    const { data } = await caller.ask('{ auditKeys }');
    await writeFile(keys, JSON.stringify(data!.auditKeys));
    const env = {
      DATABASE_URL: testApp.databaseUrl,
      OTPOST_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')},index:${Buffer.alloc(32, 8).toString('base64')}`,
    };
    const args = ['--account', accountId, '--checkpoint', kept, '--keys', keys];
    const { ended, lines } = await runToEnd({ entry: 'src/audit-verify.ts', args, env });
    expect(lines).toContain(
      `${accountId}: CUT seq 1. A checkpoint says that there were 6: the end is cut off.`,
    );
    expect(ended).toBe(1);
  });

  test('a log that was written anew from some entry on, with all hashes behind it', async () => {
    const { accountId, account } = await aLog();
    const entries = await auditOf(testApp.app, accountId);
    const changed = entries.map((entry, i) => (i === 4 ? { ...entry, count: 7 } : entry));
    await superuser`UPDATE audit_entries SET count = 7 WHERE account_id = ${account} AND id = ${uuidOf(entries[4]!.id)}`;
    const [block] = makeBlocks(
      EMPTY_CHAIN,
      changed.map((entry) => ({ id: entry.id, hash: hashEntry(entry) })),
      0,
    );
    await superuser`DELETE FROM audit_blocks WHERE account_id = ${account}`;
    await superuser`
      INSERT INTO audit_blocks VALUES (${account}, 1, ${block!.previousHash},
        ${entries.map(({ id }) => uuidOf(id))}::uuid[], ${block!.hashes}, ${block!.chainHashes}, now())`;
    expect((await verdictOf(accountId)).tampering).toMatchObject({ kind: 'edited', seq: 4 });
  });

  test('one that somebody else has signed, or that was changed', async () => {
    const { accountId, account } = await aLog();
    const { privateKey } = await generateKeyPair('ES256');
    const chainHash = Buffer.alloc(32, 1);
    const text = encodeCheckpoint(
      { accountId, seq: 6, chainHash, madeAt: Date.now() },
      testApp.app.publicUrl,
    );
    const forged = await new CompactSign(Buffer.from(text))
      .setProtectedHeader({ alg: 'ES256', typ: 'otpost-audit-checkpoint', kid: newId('sig') })
      .sign(privateKey);
    await superuser`
      UPDATE audit_checkpoints SET signature = ${forged} WHERE account_id = ${account} AND seq = 6`;
    expect((await verdictOf(accountId)).tampering).toMatchObject({ kind: 'forged', seq: 6 });
    const other = await aLog();
    await superuser`UPDATE audit_checkpoints SET seq = 5 WHERE account_id = ${other.account} AND seq = 6`;
    expect((await verdictOf(other.accountId)).tampering).toMatchObject({ kind: 'forged', seq: 5 });
  });
});

test('a chain that grows while it is looked at is signed as far as it goes, and nothing is said against it', async () => {
  const { app } = testApp;
  const { accountId, account } = await aLog();
  const write = async () => {
    await noteApart(app, [anEntry(accountId)]);
    await sealAll(app);
  };
  await write();
  const said: unknown[] = [];
  const between = new Proxy(app.sql, {
    async apply(sql, self, args) {
      const due = (await Reflect.apply(sql, self, args)) as unknown;
      await write();
      return due;
    },
  });
  const log = Object.assign(Object.create(app.log) as typeof app.log, {
    error: (about: { accountId: AccountId }) => void said.push(about.accountId),
  });
  await makeCheckpoints({ ...app, log, sql: between });
  // Of those that other tests have broken it is.
  expect(said).not.toContain(accountId);
  const rows = await app.sql`SELECT max(seq) AS seq FROM audit_checkpoints WHERE account_id = ${account}`;
  expect(Number(rows[0]!.seq)).toBe(8);
});

test('a chain that does not go on from its last checkpoint is signed no more, and its owner is told', async () => {
  const { app } = testApp;
  const who = await createWaitingAccount(app);
  const { key } = await createApiKey(app, who.accountId, { name: 'Auditor' });
  await grow(who.accountId, 2);
  const account = uuidOf(who.accountId);
  const before = await signaturesOf(account);
  await superuser`
    UPDATE audit_blocks SET previous_hash = hashes WHERE account_id = ${account} AND first_seq = (
      SELECT max(first_seq) FROM audit_blocks WHERE account_id = ${account})`;
  await superuser`DELETE FROM audit_checkpoints WHERE account_id = ${account}`;
  await grow(who.accountId, 1);
  expect(before).toHaveLength(1);
  expect(await signaturesOf(account)).toEqual([]);
  const { data } = await callerWith(app, key).ask(
    'mutation { createAuditCheckpoint { __typename ... on AuditLogBroken { code seq } } }',
  );
  expect(data!.createAuditCheckpoint).toMatchObject({ code: 'audit/broken' });
});

test('a beginning whose links are gone was cut off, though a checkpoint says what it was', async () => {
  const { accountId, account } = await aLog();
  await superuser`
    WITH gone AS (DELETE FROM audit_blocks WHERE account_id = ${account} AND first_seq = 1 RETURNING entry_ids)
    DELETE FROM audit_entries WHERE account_id = ${account} AND id IN (SELECT unnest(entry_ids) FROM gone)`;
  expect((await verdictOf(accountId)).tampering).toMatchObject({ kind: 'cut', seq: 1 });
});

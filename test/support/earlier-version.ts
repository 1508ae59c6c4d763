import { createCipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { open, seal, type SealedAt } from '../../src/crypto/seal.ts';
import type { RunningApp } from '../../src/app.ts';
import { idFromUuid, uuidOf, type AccountId } from '../../src/ids.ts';
import { SEALED_COLUMNS, type SealedColumn } from '../../src/keys/sealed-columns.ts';
import { sealedValues } from './sealed-values.ts';

// What versions before there were data keys wrote, written here once more: they sealed under keys derived
// from the root keys of OTPOST_KEYS themselves.

const derived = (root: Buffer, purpose: string) =>
  Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), `otpost/${purpose}`, 32));

export function sealAsBefore(root: { id: string; secret: Buffer }, text: string, at: SealedAt): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', derived(root.secret, 'seal'), nonce);
  cipher.setAAD(Buffer.from([at.account, at.table, at.column, at.row].join('\u0000')));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([
    Buffer.from([root.id.length]),
    Buffer.from(root.id, 'latin1'),
    nonce,
    body,
    cipher.getAuthTag(),
  ]);
}

/** A client token as it was made before. */
export function clientTokenAsBefore(
  root: { id: string; secret: Buffer },
  v: { accountId: string; id: string; expiresAt: Date },
): string {
  const end = Buffer.alloc(6);
  end.writeUIntBE(v.expiresAt.getTime() + 300_000, 0, 6);
  const body = Buffer.concat([
    Buffer.from(v.accountId.slice(4), 'hex'),
    Buffer.from(v.id.slice(4), 'hex'),
    end,
  ]);
  const mac = createHmac('sha256', derived(root.secret, 'client-token'))
    .update(body)
    .digest()
    .subarray(0, 16);
  return `otpost_ct_${root.id}_${Buffer.concat([body, mac]).toString('base64url')}`;
}

/** A value where versions from before it was sealed had it: what columns are set to. */
export function inTheClear(
  sealed: string,
  { column, index }: NonNullable<SealedColumn['clear']>,
  text: string,
): Record<string, never> {
  const value: unknown = text.startsWith('{') ? JSON.parse(text) : text;
  return { [sealed]: null, [column]: value, ...(index && { [index.column]: null }) } as Record<string, never>;
}

/** Puts what is sealed of an account where versions from before it was sealed had it, or sealed it to. */
export async function putAsBefore(app: Pick<RunningApp, 'sql' | 'keys'>, account: AccountId): Promise<void> {
  for (const { table, column, row, boundTo, ofInstallation, clear } of SEALED_COLUMNS) {
    const before = boundTo.slice(1);
    if (ofInstallation || !row || !(clear || before.length > 0)) continue;
    const rows = await app.sql<{ id: string; sealed: Buffer }[]>`
      SELECT id, ${app.sql(column)} AS sealed FROM ${app.sql(table)}
      WHERE account_id = ${uuidOf(account)} AND ${app.sql(column)} IS NOT NULL`;
    for (const { id, sealed } of rows) {
      const at = { account, table, column: boundTo[0]!, row: idFromUuid(row.prefix, id) };
      const text = open(app.keys, sealed, at);
      const put = clear
        ? inTheClear(column, clear, text)
        : { [column]: seal(app.keys, passwordIn(text), { ...at, column: before[0]! }) };
      await app.sql`UPDATE ${app.sql(table)} SET ${app.sql(put)} WHERE id = ${id}`;
    }
  }
}

/** Carriers had one secret, which had no name. */
function passwordIn(text: string): string {
  return (JSON.parse(text) as { password: string }).password;
}

/**
 * Makes a database what an earlier version would have left: everything sealed and derived under a root key, and
 * no data keys; what was not sealed then is in the clear. Other blind indexes stay: the index key was, and is, that of
 * OTPOST_KEYS.
 */
export async function makeEarlierVersion(
  app: RunningApp,
  root: { id: string; secret: Buffer },
): Promise<void> {
  const { sql } = app;
  for await (const { of, at, sealed, isRow } of sealedValues(sql)) {
    const { table, column, clear } = of;
    const text = open(app.keys, sealed, at);
    const before = clear ? inTheClear(column, clear, text) : { [column]: sealAsBefore(root, text, at) };
    await sql`UPDATE ${sql(table)} SET ${sql(before)} WHERE ${isRow}`;
  }
  await sql`UPDATE verifications SET code_key_id = ${root.id}`;
  await sql`DELETE FROM data_keys`;
}

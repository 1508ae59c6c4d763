import { Redis } from 'ioredis';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { startPrivateRedis } from '../support/redis.ts';

// The other tests stand on this: what they start is theirs alone.

async function query(url: string, statement: string) {
  const sql = postgres(url, { max: 1 });
  try {
    return await sql.unsafe<postgres.Row[]>(statement);
  } finally {
    await sql.end();
  }
}

test('a test database is migrated, empty, no other test’s, and gone when it is dropped', async () => {
  await using other = await createTestDatabase();
  const { url, drop } = await createTestDatabase();
  expect(await query(url, 'select 1 from verifications')).toHaveLength(0);
  await query(url, 'create table only_here ()');
  await expect(query(other.url, 'select from only_here')).rejects.toThrow(/does not exist/);
  await drop();
  await expect(query(url, 'select 1')).rejects.toThrow(/does not exist/);
});

test('a private Redis comes back on its port without its data', async () => {
  await using server = await startPrivateRedis();
  const redis = new Redis(server.url).on('error', () => undefined);
  await redis.set('kept', 'no');
  await server.restart();
  expect(await redis.get('kept')).toBeNull();
  redis.disconnect();
});

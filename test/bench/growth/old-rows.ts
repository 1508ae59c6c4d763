import type { Sql } from '../../../src/db/client.ts';
import { uuidOf, type ServiceId } from '../../../src/ids.ts';
import type { Platform } from '../ground/platform.ts';

const TABLES = ['verifications', 'vault.numbers', 'messages', 'attempts', 'destinations', 'events'] as const;
const PER_STATEMENT = 250_000;
/** The oldest are as old as this, the newest a day: ids and times grow together, as real ones do. */
const OLDEST_MS = 60 * 86_400_000;
const NEWEST_MS = 86_400_000;

/**
 * Adds `count` verifications that ended long ago, each with its message, attempt, destination and last
 * event: so many rows in each of the six tables. Then brings statistics and visibility up to date, which
 * autovacuum would do in its own time.
 */
export async function addOldRows(
  { app, who }: Platform,
  serviceId: ServiceId,
  count: number,
  onProgress: (done: number) => void,
): Promise<void> {
  const { sql } = app;
  const values = {
    account: `'${uuidOf(who.accountId)}'::uuid`,
    service: `'${uuidOf(serviceId)}'::uuid`,
    ms: `(${Date.now() - OLDEST_MS} + i * ${(OLDEST_MS - NEWEST_MS) / count})::bigint`,
  };
  const rebuildIndexes = await dropIndexes(sql);
  for (let first = 0; first < count; first += PER_STATEMENT) {
    const last = Math.min(count, first + PER_STATEMENT) - 1;
    const inserts = Object.entries(oldRows(values)).map(([table, columns]) =>
      sql.unsafe(
        `INSERT INTO ${table} (${Object.keys(columns).join(', ')})
         SELECT ${Object.values(columns).join(', ')} FROM generate_series(${first}::bigint, ${last}::bigint) AS i`,
      ),
    );
    await Promise.all(inserts);
    await sql.unsafe(
      `UPDATE messages SET ${Object.entries(SETTLED)
        .map(([column, value]) => `${column} = ${value}`)
        .join(', ')}
       FROM generate_series(${first}::bigint, ${last}::bigint) AS i
       WHERE account_id = ${values.account} AND id = ${oldId('msg', values.ms)}`,
    );
    onProgress(last + 1);
  }
  await rebuildIndexes();
  await sql.unsafe(`VACUUM (ANALYZE) ${TABLES.join(', ')}`);
  await sql.unsafe('CHECKPOINT');
}

/** Building an index over all rows at the end takes a third of what keeping it up takes. */
async function dropIndexes(sql: Sql): Promise<() => Promise<void>> {
  const indexes = await sql<{ name: string; definition: string }[]>`
    SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
    WHERE i.indrelid = ANY (${TABLES}::text[]::regclass[]) AND NOT i.indisprimary`;
  for (const { name } of indexes) await sql.unsafe(`DROP INDEX ${name}`);
  return async () => {
    // Of a table in partitions it says `ON ONLY`, which would leave these without.
    await Promise.all(indexes.map(({ definition }) => sql.unsafe(definition.replace(' ON ONLY ', ' ON '))));
  };
}

/** Ids of `count` old verifications, or of all when there are less, drawn evenly. */
export async function drawOldVerifications(
  { app, who }: Platform,
  count: number,
  oldRows: number,
): Promise<string[]> {
  // Twice as many as are wanted: a sample's size varies.
  const percent = Math.min(100, (200 * count) / oldRows);
  const rows = await app.sql.unsafe<{ id: string }[]>(
    `SELECT 'vrf_' || replace(id::text, '-', '') AS id FROM verifications TABLESAMPLE BERNOULLI (${percent})
     WHERE account_id = $1 ORDER BY random() LIMIT $2`,
    [uuidOf(who.accountId), count],
  );
  return rows.map((row) => row.id);
}

/**
 * What became of a message that was queued. Written in an update of its own, as it was in its day: a row
 * grows by it. Inserted in their final length, 5 million of them leave a hole in each page that takes
 * exactly one new row; 30,000 new ones then lie in 30,000 pages, and a claim takes 2.2 times as long.
 */
const SETTLED = {
  status: `'delivered'`,
  sender: `'Otpost'`,
  segments: '1',
  attempts_spent: '1',
  sent_at: 'queued_at',
  delivered_at: 'queued_at',
  settled_at: 'queued_at',
};

function oldId(kind: string, ms: string): string {
  return `(lpad(to_hex(${ms}), 12, '0') || '7' || lpad(to_hex(i % 4096), 3, '0') || '8' || left(md5('${kind}' || i), 15))::uuid`;
}

type Columns = Readonly<Record<string, string>>;

/** One SQL expression of `i` per column that needs a value. */
function oldRows({ account, service, ms }: Record<'account' | 'service' | 'ms', string>) {
  const at = `to_timestamp(${ms} / 1000.0)`;
  const id = (kind: string) => oldId(kind, ms);
  const octets = (kind: string, length: number) => `substring(sha512(('${kind}' || i)::bytea) FOR ${length})`;
  const destination = octets('destination', 16);
  return {
    verifications: {
      account_id: account,
      id: id('vrf'),
      service_id: service,
      country: `'HR'`,
      channel: `'sms'`,
      locale: `'en'`,
      status: `'approved'`,
      code_nonce: octets('nonce', 16),
      code_key_id: `'bench'`,
      code_length: '6',
      code_alphabet: `'digits'`,
      checks_used: '1',
      max_checks: '5',
      sends_left: '4',
      version: '5',
      created_at: at,
      expires_at: `${at} + interval '10 minutes'`,
      settled_at: `${at} + interval '20 seconds'`,
    },
    'vault.numbers': {
      account_id: account,
      verification_id: id('vrf'),
      subject: destination,
      number_sealed: octets('to', 51),
    },
    messages: {
      account_id: account,
      id: id('msg'),
      verification_id: id('vrf'),
      status: `'queued'`,
      attempts_spent: '0',
      queued_at: at,
    },
    attempts: {
      account_id: account,
      id: id('att'),
      message_id: id('msg'),
      verification_id: id('vrf'),
      carrier_id: `md5('carrier')::uuid`,
      route_id: `md5('route')::uuid`,
      status: `'delivered'`,
      carrier_message_id: `i::text`,
      decision: DECISION,
      submitted_at: at,
      answered_at: at,
      settled_at: at,
    },
    destinations: {
      account_id: account,
      service_id: service,
      destination,
      recent_sends: `ARRAY[${ms}]`,
      failed_checks: '0',
      latest_verification_id: id('vrf'),
    },
    events: {
      account_id: account,
      verification_id: id('vrf'),
      version: '5',
      type: `'VerificationApproved'`,
      occurred_at: at,
      verification_status: `'approved'`,
      checks_left: '4',
      sends_left: '4',
    },
  } satisfies Record<(typeof TABLES)[number], Columns>;
}

/** As long as one of two candidates is. */
const DECISION = `'${JSON.stringify(
  [1, 2].map((priority) => ({
    routeId: `rte_${'0'.repeat(32)}`,
    carrierId: `car_${'0'.repeat(32)}`,
    score: priority,
    reasons: [`priority ${priority}`],
  })),
)}'::jsonb`;

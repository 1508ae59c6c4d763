import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { transaction } from '../db/transaction.ts';
import { idFromUuid, type AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { LineType, NumberFacts } from './resolution.ts';

/** The shared answers, each statement for a whole batch. */
export interface NumberKey {
  accountId: AccountId;
  /** Blind index. */
  number: Buffer;
}

/** An answer that was paid for, and how long it counts. Epoch milliseconds. */
export interface KeptFacts extends NumberFacts {
  /** Of the configuration that it was read by. */
  rulesSince: number;
  lookedUpAt: number;
  expiresAt: number;
}

/** A string that is equal for equal keys. */
export function numberName({ accountId, number }: NumberKey): string {
  return `${accountId}/${number.toString('latin1')}`;
}

const KEYS = rowset<NumberKey>({
  account_id: ['uuid', (k) => k.accountId],
  number: ['bytea', (k) => k.number],
});

// Without a word on expiry, which has an index: planned for an empty table, that one would be read whole.
const READ = `SELECT l.* FROM vault.number_lookups l JOIN ${KEYS.from} USING (account_id, number)`;

const ERASE = `
  DELETE FROM vault.number_lookups l USING ${KEYS.from}
  WHERE l.account_id = n.account_id AND l.number = n.number RETURNING l.operator`;

/** What has been looked up before, by any worker, by name; some of it may have expired. */
export async function readLookups(app: App, keys: readonly NumberKey[]): Promise<Map<string, KeptFacts>> {
  const rows = await runBatch<NumberKey, RawLookup>(app.sql, READ, KEYS, keys);
  return new Map(
    rows.map((row) => [
      numberName({ accountId: idFromUuid('acc', row.account_id), number: row.number }),
      {
        operator: row.operator,
        lineType: row.line_type,
        ported: row.ported,
        reachable: row.reachable,
        rulesSince: row.rules_since.getTime(),
        lookedUpAt: row.looked_up_at.getTime(),
        expiresAt: row.expires_at.getTime(),
      },
    ]),
  );
}

interface RawLookup {
  account_id: string;
  number: Buffer;
  operator: string | null;
  line_type: LineType | null;
  ported: boolean | null;
  reachable: boolean | null;
  rules_since: Date;
  looked_up_at: Date;
  expires_at: Date;
}

/** What came of one question. */
export interface LookupRecord extends NumberKey {
  /** Absent when there was no answer. */
  facts?: KeptFacts;
  /** What it cost, in the account's currency. */
  cost: number;
  /** Epoch milliseconds. */
  at: number;
}

type Answered = NumberKey & { facts: KeptFacts };

const ANSWERS = rowset<Answered>({
  account_id: ['uuid', (a) => a.accountId],
  number: ['bytea', (a) => a.number],
  operator: ['text', (a) => a.facts.operator],
  line_type: ['text', (a) => a.facts.lineType],
  ported: ['boolean', (a) => a.facts.ported],
  reachable: ['boolean', (a) => a.facts.reachable],
  rules_since: ['timestamptz', (a) => new Date(a.facts.rulesSince)],
  looked_up_at: ['timestamptz', (a) => new Date(a.facts.lookedUpAt)],
  expires_at: ['timestamptz', (a) => new Date(a.facts.expiresAt)],
});

const KEEP = `
  INSERT INTO vault.number_lookups (${ANSWERS.names}) SELECT * FROM ${ANSWERS.from} ORDER BY account_id, number
  ON CONFLICT (account_id, number) DO UPDATE SET operator = excluded.operator, line_type = excluded.line_type,
    ported = excluded.ported, reachable = excluded.reachable, rules_since = excluded.rules_since,
    looked_up_at = excluded.looked_up_at, expires_at = excluded.expires_at
  WHERE (number_lookups.rules_since, number_lookups.looked_up_at) <= (excluded.rules_since, excluded.looked_up_at)`;

const QUESTIONS = rowset<LookupRecord>({
  account_id: ['uuid', (r) => r.accountId],
  at: ['timestamptz', (r) => new Date(r.at)],
  answered: ['integer', (r) => (r.facts ? 1 : 0)],
  cost: ['double precision', (r) => r.cost],
});

const COUNT = `
  INSERT INTO number_lookup_days AS d (account_id, day, answered, failed, cost)
  SELECT account_id, (at AT TIME ZONE 'UTC')::date AS day, sum(answered), sum(1 - answered), sum(cost)
  FROM ${QUESTIONS.from} GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (account_id, day) DO UPDATE SET answered = d.answered + excluded.answered,
    failed = d.failed + excluded.failed, cost = d.cost + excluded.cost`;

/** Keeps a batch of answers for everybody, and counts what they cost. */
export async function commitLookups(app: App, records: readonly LookupRecord[]): Promise<undefined[]> {
  const answers = new Map<string, Answered>();
  for (const { accountId, number, facts } of records)
    if (facts) answers.set(numberName({ accountId, number }), { accountId, number, facts });
  await transaction(
    app.lanes,
    () => Promise.resolve(),
    (tx) =>
      Promise.all([
        answers.size > 0 && runBatch(tx, KEEP, ANSWERS, [...answers.values()]),
        runBatch(tx, COUNT, QUESTIONS, records),
      ]),
  );
  return records.map(() => undefined);
}

/** Forgets what is known of a subject's number. @returns how many answers */
export async function eraseLookups(
  tx: Tx,
  accountId: AccountId,
  subjects: readonly Buffer[],
): Promise<number> {
  const keys = subjects.map((number) => ({ accountId, number }));
  return (await runBatch<NumberKey, object>(tx, ERASE, KEYS, keys)).length;
}

/** A keyed hash of a number is personal data as well: it goes when its answer has expired. */
export async function forgetOldLookups(app: App): Promise<void> {
  await app.sql`DELETE FROM vault.number_lookups WHERE expires_at <= ${new Date(app.clock())}`;
}

import { sql, type SQL } from 'drizzle-orm';
import { modeOf, type Principal } from '../accounts/principal.ts';
import { searchByNumber } from '../audit/search-by-number.ts';
import { uuidOf, type MessageId, type ServiceId, type VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import { destinationOf, parsePhone } from '../verifications/phone.ts';
import type { VerificationRow } from '../verifications/table.ts';
import type { MessageRow } from './table.ts';

const DAY_MS = 86_400_000;

/** A message, with the verification that it is of. */
export interface Send {
  id: MessageId;
  message: MessageRow;
  verification: VerificationRow;
}

/** Which messages are looked for. */
export interface SendMatch {
  since: Date;
  until?: Date;
  /** Of the number, ISO 3166-1 alpha-2. */
  country?: string;
  channel?: string;
  serviceId?: ServiceId;
  verificationId?: VerificationId;
  /** A phone number with its country code. */
  to?: string;
  /** Whether its verification was approved. */
  isConverted?: boolean;
}

/**
 * A page of messages, newest first: those next behind one, or next before it.
 * @throws {InvalidPhoneNumber | TooManySearches}
 */
export async function listSends(
  app: App,
  who: Principal,
  match: SendMatch,
  window: SendWindow,
): Promise<Send[]> {
  const conditions = conditionsOf(app, who, match);
  const find = () => readSends(app, who, conditions, window);
  if (match.to === undefined) return find();
  return searchByNumber(app, who, 'number.search', find, (sends) =>
    sends.map(({ verification }) => verification.id),
  );
}

interface SendWindow {
  after: MessageId | undefined;
  before: MessageId | undefined;
  limit: number;
}

async function readSends(
  app: App,
  { accountId }: Principal,
  conditions: SQL,
  { after, before, limit }: SendWindow,
): Promise<Send[]> {
  const place = after
    ? sql`AND m.id < ${uuidOf(after)}::uuid`
    : before
      ? sql`AND m.id > ${uuidOf(before)}::uuid`
      : sql``;
  const order = before ? sql`ASC` : sql`DESC`;
  const rows = await app.db.execute<{ id: string }>(sql`
    SELECT m.id FROM messages m JOIN verifications v ON v.account_id = m.account_id AND v.id = m.verification_id
    WHERE m.account_id = ${uuidOf(accountId)}::uuid ${conditions} ${place}
    ORDER BY m.id ${order} LIMIT ${limit}`);
  const found = await app.db.query.messages.findMany({
    where: { accountId, id: { in: rows.map(({ id }) => `msg_${id.replaceAll('-', '')}` as const) } },
    orderBy: { id: 'desc' },
    with: { verification: true },
  });
  return found.map(({ verification, ...message }) => ({ id: message.id, message, verification }));
}

/** @returns undefined when the caller sees no such message */
export async function findSend(app: App, who: Principal, id: MessageId): Promise<Send | undefined> {
  const { accountId } = who;
  const found = await app.db.query.messages.findFirst({
    where: { accountId, id },
    with: { verification: true },
  });
  if (found?.mode !== modeOf(who)) return undefined;
  const { verification, ...message } = found;
  return { id: message.id, message, verification };
}

/** How many there are, and of how many the verification was approved. */
export async function countSends(
  app: App,
  who: Principal,
  match: SendMatch,
): Promise<{ total: number; converted: number }> {
  const [row] = await app.db.execute<{ total: string; converted: string }>(sql`
    SELECT count(*) AS total, count(*) FILTER (WHERE v.status = 'approved') AS converted
    FROM messages m JOIN verifications v ON v.account_id = m.account_id AND v.id = m.verification_id
    WHERE m.account_id = ${uuidOf(who.accountId)}::uuid ${conditionsOf(app, who, match)}`);
  return { total: Number(row!.total), converted: Number(row!.converted) };
}

function conditionsOf(app: App, who: Principal, match: SendMatch): SQL {
  const { accountId } = who;
  const { since, until, country, channel, serviceId, verificationId, to, isConverted } = match;
  const mode = modeOf(who);
  const all = [
    sql`m.mode = ${mode}`,
    sql`m.queued_at >= ${since.toISOString()}::timestamptz`,
    // Messages lie by the time of their verification, which lasts a day at most: older partitions are not looked into.
    sql`m.verification_id >= ${firstIdAt(new Date(since.getTime() - DAY_MS))}::uuid`,
    until && sql`m.queued_at < ${until.toISOString()}::timestamptz`,
    country !== undefined && sql`v.country = ${country}`,
    channel !== undefined && sql`v.channel = ${channel}`,
    serviceId && sql`v.service_id = ${uuidOf(serviceId)}::uuid`,
    verificationId && sql`v.id = ${uuidOf(verificationId)}::uuid`,
    isConverted !== undefined && sql`(v.status = 'approved') = ${isConverted}`,
  ];
  if (to !== undefined) {
    const subject = destinationOf(app.keys, accountId, parsePhone(to, null).e164, mode);
    all.push(sql`v.id = ANY (ARRAY(
      SELECT n.verification_id FROM vault.numbers n
      WHERE n.subject = ${subject} AND n.account_id = ${uuidOf(accountId)}::uuid))`);
  }
  return sql.join(
    all.filter((one) => one !== false && one !== undefined).map((one) => sql`AND ${one}`),
    sql` `,
  );
}

/** Before every UUIDv7 of this millisecond. */
function firstIdAt(at: Date): string {
  return Math.max(0, at.getTime()).toString(16).padStart(12, '0').slice(-12) + '0'.repeat(20);
}

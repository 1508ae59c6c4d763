import { sql, type SQLWrapper } from 'drizzle-orm';
import type { Mode } from '../accounts/mode.ts';
import { ofMode } from '../accounts/of-mode.ts';
import { modeOf, type Principal } from '../accounts/principal.ts';
import { searchByNumber } from '../audit/search-by-number.ts';
import { uuidOf, type AccountId, type ServiceId, type VerificationId } from '../ids.ts';
import { readServiceId } from '../services/read-service-id.ts';
import type { App } from '../platform.ts';
import { destinationOf, parsePhone } from './phone.ts';
import type { VerificationRow } from './table.ts';
import type { VerificationStatus } from './verification.ts';

/** @returns undefined when the caller sees no such verification */
export async function findVerification(
  app: App,
  who: Principal,
  id: VerificationId,
): Promise<VerificationRow | undefined> {
  const { accountId } = who;
  return app.db.query.verifications.findFirst({ where: { accountId, id, ...ofMode(who) } });
}

/** Several of those that the caller sees, in the order of their ids; null where there is none. */
export async function findVerifications(
  app: App,
  who: Principal,
  ids: readonly VerificationId[],
): Promise<(VerificationRow | null)[]> {
  const rows = await app.db.query.verifications.findMany({
    where: { accountId: who.accountId, id: { in: [...ids] }, ...ofMode(who) },
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/**
 * Of which mode verifications of an account are, in the order of their ids; null where there is none. For what tells of
 * both modes: what somebody sees of one goes by `findVerifications`.
 */
export async function readModes(
  app: App,
  { accountId }: Pick<Principal, 'accountId'>,
  ids: readonly VerificationId[],
): Promise<(Mode | null)[]> {
  const rows = await app.db.query.verifications.findMany({
    where: { accountId, id: { in: [...ids] } },
    columns: { id: true, mode: true },
  });
  const byId = new Map(rows.map(({ id, mode }) => [id, mode]));
  return ids.map((id) => byId.get(id) ?? null);
}

/**
 * A page of the verifications that the caller sees, newest first.
 * @throws {InvalidPhoneNumber | ServiceNotFound | TooManySearches}
 */
export async function listVerifications(
  app: App,
  who: Principal,
  match: VerificationMatch,
  { after, limit }: { after: VerificationId | undefined; limit: number },
): Promise<VerificationRow[]> {
  const { accountId } = who;
  const where = { accountId, ...matchVerifications(app, who, match, after) };
  return searchVerifications(app, who, match, () =>
    app.db.query.verifications.findMany({ where, orderBy: { id: 'desc' }, limit }),
  );
}

/**
 * Reads a page of verifications; by a number as one does that has to be counted and noted.
 * @throws {TooManySearches}
 */
export async function searchVerifications<Row extends { id: VerificationId }>(
  app: App,
  who: Principal,
  { to }: VerificationMatch,
  find: () => Promise<Row[]>,
): Promise<Row[]> {
  if (to == null) return find();
  return searchByNumber(app, who, 'number.search', find, (rows) => rows.map(({ id }) => id));
}

/**
 * The latest verification of a number, for whoever goes on to check its code. That is in the log by itself, uses up
 * checks, and is no search.
 * @param to E.164
 */
export async function findLatestOf(
  app: App,
  who: Principal,
  to: string,
  serviceId: ServiceId,
): Promise<VerificationRow | undefined> {
  const { accountId } = who;
  const where = { accountId, ...matchVerifications(app, who, { to, serviceId }, undefined) };
  return app.db.query.verifications.findFirst({ where, orderBy: { id: 'desc' } });
}

export interface VerificationMatch {
  status?: VerificationStatus[] | null | undefined;
  /** A phone number with its country code. */
  to?: string | null | undefined;
  serviceId?: string | null | undefined;
}

/**
 * Which of the verifications match that somebody sees, as a part of `where` of the relational query builder: the
 * account is for the statement to name. A number is found by its blind index.
 * @param before only those that were started before this one
 * @throws {InvalidPhoneNumber | ServiceNotFound}
 */
export function matchVerifications(
  app: App,
  who: Principal,
  match: VerificationMatch,
  before: VerificationId | undefined,
) {
  const { accountId } = who;
  const serviceId = readServiceId(match.serviceId);
  return {
    ...ofMode(who),
    ...(before && { id: { lt: before } }),
    ...(match.status && { status: { in: match.status } }),
    ...(serviceId && { serviceId }),
    ...(match.to != null && {
      RAW: ofSubject(
        accountId,
        destinationOf(app.keys, accountId, parsePhone(match.to, null).e164, modeOf(who)),
      ),
    }),
  };
}

// As an array, read once from its index, whatever the order and the limit of the page; by a join the newest
// verifications of the account would be looked through for one of this number.
function ofSubject(accountId: AccountId, subject: Buffer) {
  return ({ id }: { id: SQLWrapper }) => sql`${id} = ANY (ARRAY(
    SELECT n.verification_id FROM vault.numbers n
    WHERE n.subject = ${subject} AND n.account_id IS NOT DISTINCT FROM ${uuidOf(accountId)}::uuid))`;
}

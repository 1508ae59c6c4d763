import type { Principal } from '../accounts/principal.ts';
import { parseId, type AccountId, type VerificationId } from '../ids.ts';
import { ServiceNotFound } from '../services/errors.ts';
import type { App } from '../platform.ts';
import { parsePhone } from './phone.ts';
import type { VerificationRow } from './table.ts';
import type { VerificationStatus } from './verification.ts';

/** @returns undefined when the account has no such verification */
export async function findVerification(
  app: App,
  { accountId }: Principal,
  id: VerificationId,
): Promise<VerificationRow | undefined> {
  return app.db.query.verifications.findFirst({ where: { accountId, id } });
}

/**
 * A page of the account's verifications, newest first.
 * @throws {InvalidPhoneNumber | ServiceNotFound}
 */
export async function listVerifications(
  app: App,
  { accountId }: Principal,
  match: VerificationMatch,
  { after, limit }: { after: VerificationId | undefined; limit: number },
): Promise<VerificationRow[]> {
  const where = matchVerifications(app, accountId, match, after);
  return app.db.query.verifications.findMany({ where, orderBy: { id: 'desc' }, limit });
}

export interface VerificationMatch {
  status?: VerificationStatus[] | null | undefined;
  /** A phone number with its country code. */
  to?: string | null | undefined;
  serviceId?: string | null | undefined;
}

/**
 * Which of the account's verifications match, as a `where` of the relational query builder. A number
 * is found by its blind index.
 * @param before only those that were started before this one
 * @throws {InvalidPhoneNumber | ServiceNotFound}
 */
export function matchVerifications(
  app: App,
  accountId: AccountId,
  match: VerificationMatch,
  before: VerificationId | undefined,
) {
  const serviceId = match.serviceId == null ? undefined : parseId('svc', match.serviceId);
  if (match.serviceId != null && !serviceId) throw new ServiceNotFound();
  return {
    accountId,
    ...(before && { id: { lt: before } }),
    ...(match.status && { status: { in: match.status } }),
    ...(serviceId && { serviceId }),
    ...(match.to != null && {
      destination: { eq: app.keys.blindIndex('destination', accountId, parsePhone(match.to, null).e164) },
    }),
  };
}

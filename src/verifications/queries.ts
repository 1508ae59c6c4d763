import { parseId, type AccountId, type VerificationId } from '../ids.ts';
import { ServiceNotFound } from '../services/errors.ts';
import type { App } from '../platform.ts';
import { parsePhone } from './phone.ts';
import type { VerificationStatus } from './verification.ts';

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

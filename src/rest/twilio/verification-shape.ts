import type { Principal } from '../../accounts/principal.ts';
import { sendsOf } from '../../messages/sends.ts';
import type { App } from '../../platform.ts';
import { shownNumber, type AnsweredVerification } from '../../verifications/number-of.ts';
import type { VerificationStatus } from '../../verifications/verification.ts';
import { moment } from './params.ts';
import { serviceUrl } from './service-shape.ts';
import { sidOf } from './sids.ts';

/** The one that has another name there. */
export function statusOf(status: VerificationStatus): string {
  return status === 'max_checks_reached' ? 'max_attempts_reached' : status;
}

export async function verificationShape(
  app: App,
  who: Principal,
  site: string,
  row: AnsweredVerification,
): Promise<object> {
  const [core, sends] = await Promise.all([coreOf(app, who, row), sendsOf(app, row)]);
  const updatedAt = row.settledAt ?? sends.at(-1)?.queuedAt ?? row.createdAt;
  return {
    ...core,
    lookup: {},
    send_code_attempts: sends.map(({ id, queuedAt }) => ({
      time: moment(queuedAt),
      channel: row.channel,
      attempt_sid: sidOf(id),
    })),
    sna: null,
    date_updated: moment(updatedAt),
    url: `${serviceUrl(site, row.serviceId)}/Verifications/${sidOf(row.id)}`,
  };
}

/** How a check is answered: as of the verification, but for what only that has. */
export async function checkShape(
  app: App,
  who: Principal,
  row: AnsweredVerification,
  now: number,
): Promise<object> {
  const core = await coreOf(app, who, row);
  return { ...core, date_updated: moment(row.settledAt ?? new Date(now)), sna_attempts_error_codes: [] };
}

async function coreOf(app: App, who: Principal, row: AnsweredVerification) {
  return {
    sid: sidOf(row.id),
    service_sid: sidOf(row.serviceId),
    account_sid: sidOf(row.accountId),
    to: await shownNumber(app, who, row),
    channel: row.channel,
    status: statusOf(row.status),
    valid: row.status === 'approved',
    amount: null,
    payee: null,
    date_created: moment(row.createdAt),
  };
}

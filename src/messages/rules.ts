import { isSecondConnection } from '../db/holding.ts';
import { isOutage } from '../db/outage.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { ReceiptLatency } from '../routing/receipt-latency.ts';
import { createReceiptLatencies } from '../routing/receipt-latencies.ts';
import { createServiceDirectory } from '../services/directory.ts';
import { ServiceSettings } from '../services/settings.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { receiptWait, type RetrySchedule } from './retry-schedule.ts';
import type { Tried } from './tried.ts';

/** What the messages of some accounts are retried by. */
export interface Rules {
  scheduleOf(verification: VerificationRow): RetrySchedule;
  /** How long the receipt of an attempt that is taken now is waited for: see `receiptWait`. */
  receiptWaitMs(verification: VerificationRow, attempt: Tried, now: number): number;
  /** Whether its receipt is worth waiting for, as far as is known now. */
  expectsReceipt(verification: VerificationRow, attempt: Tried, now: number): boolean;
}

/** Of a service that is not known. */
const USUAL = scheduleOf(ServiceSettings.parse({}));

/** Reads them, from memory as a rule, and from the database for an account that is new to this process. */
export async function readRules(app: App, accounts: Iterable<AccountId>): Promise<Rules> {
  const services = new Map<string, RetrySchedule>();
  const latencies = new Map<AccountId, ReceiptLatency>();
  const directory = app.single(createServiceDirectory);
  const receipts = app.single(createReceiptLatencies);
  await Promise.all(
    [...new Set(accounts)].map(async (accountId) => {
      const [all, latency] = await Promise.all([
        directory.of(accountId).catch(noneUnlessAway),
        receipts.of(accountId),
      ]);
      for (const service of all) services.set(service.id, scheduleOf(service.settings));
      latencies.set(accountId, latency);
    }),
  );

  function scheduleFor({ serviceId }: VerificationRow): RetrySchedule {
    return services.get(serviceId) ?? USUAL;
  }

  function expected(
    { accountId, mode, country }: VerificationRow,
    { routeId, carrierId }: Tried,
    now: number,
  ) {
    // The sandbox's come as their number says, or never: nothing is sent again for that.
    if (mode === 'test') return undefined;
    return latencies.get(accountId)?.expected({ routeId, carrierId, country }, now);
  }

  return {
    scheduleOf: scheduleFor,
    receiptWaitMs(verification, attempt, now) {
      const p95Ms = expected(verification, attempt, now)?.p95Ms;
      return receiptWait(scheduleFor(verification), p95Ms, verification.expiresAt.getTime() - now);
    },
    expectsReceipt: (verification, attempt, now) => expected(verification, attempt, now) !== undefined,
  };
}

/**
 * What cannot be read, because a newer version wrote it for instance, keeps no other account from being settled,
 * and nothing that a carrier said of these messages from being noted. Whoever plans for the account says so.
 */
function noneUnlessAway(error: unknown): readonly never[] {
  if (isOutage(error) || isSecondConnection(error)) throw error;
  return [];
}

/** A service's retry policy as the state machine takes it, in milliseconds. */
export function scheduleOf({ retry, failover }: Pick<ServiceSettings, 'retry' | 'failover'>): RetrySchedule {
  return {
    maxAttempts: retry.maxAttempts,
    baseMs: retry.baseSeconds * 1_000,
    factor: retry.factor,
    capMs: retry.capSeconds * 1_000,
    jitter: retry.jitter,
    unknownWaitMs: retry.unknownWaitSeconds * 1_000,
    routeWaitCapMs: retry.routeWaitCapSeconds * 1_000,
    maxDoubts: retry.maxDoubts,
    lateReceipts: {
      max: failover.max,
      patience: failover.patience,
      minMs: failover.minSeconds * 1_000,
      maxShare: failover.maxShare,
    },
  };
}

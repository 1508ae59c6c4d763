import { asc, eq } from 'drizzle-orm';
import { createAccountCache, type AccountCache } from '../accounts/cache.ts';
import type { AccountId, CarrierId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { numberDigits } from './addresses.ts';
import { inboundNumbers, type InboundNumberRow } from './table.ts';

/** Our numbers, by account, oldest first: every message that comes in asks, and every start over `INBOUND_SMS`. */
export function createInboundNumberDirectory(app: App): AccountCache<readonly InboundNumberRow[]> {
  return createAccountCache(app, (accountId) =>
    app.db
      .select()
      .from(inboundNumbers)
      .where(eq(inboundNumbers.accountId, accountId))
      .orderBy(asc(inboundNumbers.id)),
  );
}

/** Which of our numbers a carrier means. */
export function matchNumber(
  numbers: readonly InboundNumberRow[],
  carrierId: CarrierId,
  to: string,
): InboundNumberRow | undefined {
  const digits = numberDigits(to);
  return numbers.find((one) => one.carrierId === carrierId && numberDigits(one.number) === digits);
}

/**
 * The number that people of a country should text for a service: its own before those of the whole
 * account, one of their country before others. A short code works in its country only.
 */
export async function findInboundNumber(
  app: App,
  accountId: AccountId,
  serviceId: ServiceId,
  country: string,
): Promise<string | undefined> {
  const numbers = await app.single(createInboundNumberDirectory).of(accountId);
  let best: InboundNumberRow | undefined;
  let bestRank = -1;
  for (const one of numbers) {
    const atHome = one.country === country;
    if (one.serviceId !== null && one.serviceId !== serviceId) continue;
    if (!atHome && !one.number.startsWith('+')) continue;
    const rank = (one.serviceId === serviceId ? 2 : 0) + (atHome ? 1 : 0);
    if (rank > bestRank) [best, bestRank] = [one, rank];
  }
  return best?.number;
}

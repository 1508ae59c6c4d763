import { createAccountCache, type AccountCache } from '../accounts/cache.ts';
import { createResidencyDirectory } from '../accounts/residency.ts';
import type { AccountId, CarrierId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { residencyProblem } from '../routing/residency.ts';
import { numberDigits } from './addresses.ts';
import type { InboundNumberRow } from './table.ts';

/** A number of ours, with where the carrier is that brings its messages. */
export interface OurNumber extends InboundNumberRow {
  carrier: { region: string | null };
}

/** Our numbers, by account, oldest first: every message that comes in asks, and every start over `INBOUND_SMS`. */
export function createInboundNumberDirectory(app: App): AccountCache<readonly OurNumber[]> {
  return createAccountCache(app, ({ db }, accountId) =>
    db.query.inboundNumbers.findMany({
      where: { accountId },
      with: { carrier: { columns: { region: true } } },
      orderBy: { id: 'asc' },
    }),
  );
}

/** Which of our numbers a carrier means. */
export function matchNumber(
  numbers: readonly OurNumber[],
  carrierId: CarrierId,
  to: string,
): OurNumber | undefined {
  const digits = numberDigits(to);
  return numbers.find((one) => one.carrierId === carrierId && numberDigits(one.number) === digits);
}

/**
 * The number that people of a country should text for a service: its own before those of the whole
 * account, one of their country before others. A short code works in its country only. None of a carrier that the
 * account's residency keeps its messages from: what is texted there passes through it.
 */
export async function findInboundNumber(
  app: App,
  accountId: AccountId,
  serviceId: ServiceId,
  country: string,
): Promise<string | undefined> {
  const [numbers, { residency }] = await Promise.all([
    app.single(createInboundNumberDirectory).of(accountId),
    app.single(createResidencyDirectory).of(accountId),
  ]);
  let best: OurNumber | undefined;
  let bestRank = -1;
  for (const one of numbers) {
    const atHome = one.country === country;
    if (residencyProblem(residency, one.carrier.region) !== undefined) continue;
    if (one.serviceId !== null && one.serviceId !== serviceId) continue;
    if (!atHome && !one.number.startsWith('+')) continue;
    const rank = (one.serviceId === serviceId ? 2 : 0) + (atHome ? 1 : 0);
    if (rank > bestRank) [best, bestRank] = [one, rank];
  }
  return best?.number;
}

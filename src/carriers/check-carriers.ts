import { and, eq, inArray } from 'drizzle-orm';
import { readResidency } from '../accounts/residency.ts';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId, CarrierId } from '../ids.ts';
import { checkResidency } from './check-residency.ts';
import { CarrierNotFound, type CarrierOutsideResidency } from './errors.ts';
import { carriers } from './table.ts';

/**
 * Before something of an account is led over carriers (a route, a number, a sender), within a change of its
 * configuration: nobody sets another residency meanwhile.
 * @param field what of the input is about them
 * @throws {CarrierNotFound | CarrierOutsideResidency}
 */
export async function checkCarriers(
  tx: DbTransaction,
  accountId: AccountId,
  carrierIds: readonly CarrierId[],
  field: CarrierOutsideResidency['field'],
): Promise<void> {
  if (carrierIds.length === 0) return;
  const found = await tx
    .select({ id: carriers.id, region: carriers.region })
    .from(carriers)
    .where(and(eq(carriers.accountId, accountId), inArray(carriers.id, [...carrierIds])));
  if (found.length < new Set(carrierIds).size) throw new CarrierNotFound();
  const residency = await readResidency(tx, accountId);
  for (const { region } of found) checkResidency(residency, region, field);
}

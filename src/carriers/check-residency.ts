import { CarrierOutsideResidency } from './errors.ts';

/**
 * Before a carrier may carry messages of an account that keeps them in a region. What was there before the residency
 * stays, and is left out when a message goes (`routing/residency.ts`).
 * @param field what of the input is about it
 * @throws {CarrierOutsideResidency} also when nobody says where the carrier is
 */
export function checkResidency(
  residency: string | null,
  region: string | null,
  field: CarrierOutsideResidency['field'] = 'region',
): void {
  if (residency !== null && region !== residency) throw new CarrierOutsideResidency(residency, region, field);
}

import type { VerificationId } from '../ids.ts';
import type { VerificationRow } from './table.ts';

/**
 * How a verification stands that is to be sent again; undefined: it is still the pending one of its destination.
 * @param latest the latest verification of that destination
 * @param now epoch milliseconds
 */
export function endOf(
  latest: Pick<VerificationRow, 'id' | 'status' | 'expiresAt'> | undefined,
  id: VerificationId,
  now: number,
): string | undefined {
  // Another one began for the destination: this one has ended before.
  if (latest?.id !== id) return 'ended';
  if (latest.status !== 'pending') return latest.status;
  return latest.expiresAt.getTime() > now ? undefined : 'expired';
}

import { and, eq } from 'drizzle-orm';
import type { Db, DbTransaction } from '../db/client.ts';
import type { AccountId, SafeNumberId } from '../ids.ts';
import type { App } from '../platform.ts';
import { DomainError } from '../errors.ts';
import { destinationOf } from './phone.ts';
import { safeNumbers } from './table.ts';

/** A number that is verified wherever it is from. Only its keyed hash is stored, so whoever asks must know it. */
export interface SafeNumber {
  id: SafeNumberId;
  e164: string;
}

export class SafeNumberNotFound extends DomainError {
  readonly code = 'safe_number/not_found';
  constructor() {
    super('This number is not in the safe list of this account.');
  }
}

/** @returns its id; undefined when it is not in the list */
export async function readSafeNumber(
  db: Db | DbTransaction,
  app: Pick<App, 'keys'>,
  accountId: AccountId,
  e164: string,
): Promise<SafeNumberId | undefined> {
  const destination = destinationOf(app.keys, accountId, e164, 'live');
  const [row] = await db
    .select({ id: safeNumbers.id })
    .from(safeNumbers)
    .where(and(eq(safeNumbers.accountId, accountId), eq(safeNumbers.destination, destination)));
  return row?.id;
}

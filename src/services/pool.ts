import { InvalidInput } from '../errors.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { hasPool } from '../senders/queries.ts';
import type { ServiceSettingsChange } from './input.ts';

/** A service that named a pool by mistake would send nothing. @throws {InvalidInput} */
export async function checkPool(
  app: App,
  accountId: AccountId,
  { senderPool }: ServiceSettingsChange = {},
): Promise<void> {
  if (senderPool == null || (await hasPool(app, accountId, senderPool))) return;
  throw new InvalidInput('settings.senderPool', 'The account has no sender in this pool. Add one first.');
}

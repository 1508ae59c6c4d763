import type { Principal } from '../accounts/principal.ts';
import type { App } from '../platform.ts';
import { parsePhone } from './phone.ts';
import { readSafeNumber, SafeNumberNotFound, type SafeNumber } from './safe-number.ts';

/** @throws {SafeNumberNotFound | InvalidPhoneNumber} */
export async function findSafeNumber(app: App, { accountId }: Principal, to: string): Promise<SafeNumber> {
  const { e164 } = parsePhone(to, null);
  const id = await readSafeNumber(app.db, app, accountId, e164);
  if (!id) throw new SafeNumberNotFound();
  return { id, e164 };
}

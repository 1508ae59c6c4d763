import type { Principal } from '../accounts/principal.ts';
import { searchByNumber } from '../audit/search-by-number.ts';
import type { App } from '../platform.ts';
import { parsePhone } from './phone.ts';
import { readSafeNumber, SafeNumberNotFound, type SafeNumber } from './safe-number.ts';

/** @throws {SafeNumberNotFound | InvalidPhoneNumber | TooManySearches} */
export async function findSafeNumber(app: App, who: Principal, to: string): Promise<SafeNumber> {
  const { e164 } = parsePhone(to, null);
  const find = () => readSafeNumber(app.db, app, who.accountId, e164);
  const id = await searchByNumber(app, who, 'safe_number.search', find, (found) => (found ? [found] : []));
  if (!id) throw new SafeNumberNotFound();
  return { id, e164 };
}

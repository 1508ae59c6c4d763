import { doNoted } from '../audit/act.ts';
import type { Doer } from '../audit/actor.ts';
import { newId } from '../crypto/new-id.ts';
import type { App } from '../platform.ts';
import { destinationOf, parsePhone } from './phone.ts';
import { readSafeNumber, type SafeNumber } from './safe-number.ts';
import { safeNumbers } from './table.ts';

/**
 * Lets a number be verified whatever countries a service allows. It goes on being limited and locked as all others
 * are. Twice is the same as once.
 * @throws {InvalidPhoneNumber}
 */
export async function addSafeNumber(app: App, who: Doer, to: string): Promise<SafeNumber> {
  const { e164 } = parsePhone(to, null);
  const { accountId } = who;
  const now = app.clock();
  const destination = destinationOf(app.keys, accountId, e164, 'live');
  const row = { accountId, id: newId('saf', now), destination, createdAt: new Date(now) };
  return app.db.transaction((tx) =>
    doNoted(tx, who, 'safe_number.add', now, async (act) => {
      await tx.insert(safeNumbers).values(row).onConflictDoNothing();
      const id = (await readSafeNumber(tx, app, accountId, e164))!;
      act.on(id);
      return { id, e164 };
    }),
  );
}

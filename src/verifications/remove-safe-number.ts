import { and, eq } from 'drizzle-orm';
import { doNoted } from '../audit/act.ts';
import type { Doer } from '../audit/actor.ts';
import type { App } from '../platform.ts';
import { parsePhone } from './phone.ts';
import { readSafeNumber, SafeNumberNotFound } from './safe-number.ts';
import { safeNumbers } from './table.ts';

/** @throws {SafeNumberNotFound | InvalidPhoneNumber} */
export async function removeSafeNumber(app: App, who: Doer, to: string): Promise<void> {
  const { e164 } = parsePhone(to, null);
  const { accountId } = who;
  await app.db.transaction((tx) =>
    doNoted(tx, who, 'safe_number.remove', app.clock(), async (act) => {
      const id = await readSafeNumber(tx, app, accountId, e164);
      if (!id) throw new SafeNumberNotFound();
      await tx.delete(safeNumbers).where(and(eq(safeNumbers.accountId, accountId), eq(safeNumbers.id, id)));
      act.on(id);
    }),
  );
}

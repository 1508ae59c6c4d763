import { doNoted } from '../audit/act.ts';
import { bySystem } from '../audit/actor.ts';
import { KEYS_CHANNEL } from '../bus/channels.ts';
import { newId } from '../crypto/new-id.ts';
import type { AccountId } from '../ids.ts';
import { addFirstKeys, makeFirstKeys } from '../keys/make.ts';
import type { App } from '../platform.ts';
import { accounts } from './table.ts';

/** Makes an account, with its data key. It can do nothing until it has a service, an API key and a route. */
export async function createAccount(
  app: App,
  input: { name: string },
): Promise<{ id: AccountId; name: string }> {
  const createdAt = new Date(app.clock());
  const row = { id: newId('acc', app.clock()), name: input.name, residency: app.region ?? null, createdAt };
  const keys = await makeFirstKeys(app.kek, [row.id]);
  await app.db.transaction((tx) =>
    doNoted(tx, bySystem(row.id), 'account.create', app.clock(), async (act) => {
      act.on(row.id);
      await tx.insert(accounts).values(row);
      await addFirstKeys(tx, keys);
    }),
  );
  app.bus.publish([{ channel: KEYS_CHANNEL, payload: '' }]);
  return row;
}

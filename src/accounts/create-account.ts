import { newId } from '../crypto/new-id.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { accounts } from './table.ts';

/** Makes an account. It can do nothing until it has a service, a key and a route. */
export async function createAccount(
  app: App,
  input: { name: string },
): Promise<{ id: AccountId; name: string }> {
  const row = { id: newId('acc', app.clock()), name: input.name, createdAt: new Date(app.clock()) };
  await app.db.insert(accounts).values(row);
  return row;
}

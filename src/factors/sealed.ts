import { open, seal } from '../crypto/seal.ts';
import { withKeys } from '../crypto/with-keys.ts';
import { modeOf, type Principal } from '../accounts/principal.ts';
import type { AccountId, Id, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';

type Keys = Pick<App, 'keys'>;
type Row = { accountId: AccountId; id: Id<'ent'> | Id<'fac'> };
type Column = 'identity' | 'name' | 'secret';

export async function sealIn({ keys }: Keys, row: Row, column: Column, text: string): Promise<Buffer> {
  return withKeys(keys, () => seal(keys, text, placeOf(row, column)));
}

export async function openIn({ keys }: Keys, row: Row, column: Column, sealed: Buffer): Promise<string> {
  return withKeys(keys, () => open(keys, sealed, placeOf(row, column)));
}

/** @throws {UnknownKey} */
export function sealName({ keys }: Keys, row: Row, name: string): Buffer {
  return seal(keys, name, placeOf(row, 'name'));
}

function placeOf({ accountId, id }: Row, column: Column) {
  return { account: accountId, table: column === 'identity' ? 'entities' : 'factors', column, row: id };
}

/** By what an entity is found. That of a test has nothing in common with that of the same identity in earnest. */
export function identityIndexOf(
  { keys }: Keys,
  who: Principal,
  serviceId: ServiceId,
  identity: string,
): Buffer {
  return keys.blindIndex('entity', who.accountId, modeOf(who), serviceId, identity);
}

import { open, seal, type SealedAt } from '../crypto/seal.ts';
import { withKeys } from '../crypto/with-keys.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { SenderRow } from './table.ts';

type Keys = Pick<App, 'keys'>;

/** A row whose value is open. */
export type Sender = SenderRow & { value: string };

/** Opens what is stored of a sender; a row from before they were sealed has its value in the clear. */
export async function openSender(app: Keys, row: SenderRow): Promise<Sender> {
  return { ...row, value: await valueOf(app, row), valueSealed: null, valueIndex: null };
}

export function valueOf(
  { keys }: Keys,
  { value, valueSealed, ...owner }: Pick<SenderRow, 'accountId' | 'id' | 'value' | 'valueSealed'>,
): string | Promise<string> {
  return value ?? withKeys(keys, () => open(keys, valueSealed!, placeOf(owner)));
}

/** As it is stored. */
export async function sealSender({ keys }: Keys, sender: Sender): Promise<SenderRow> {
  const { accountId, value } = sender;
  const valueSealed = await withKeys(keys, () => seal(keys, value, placeOf(sender)));
  return { ...sender, value: null, valueSealed, valueIndex: indexOf({ keys }, accountId, value) };
}

/** The same for the same sender of an account: what can be looked for without opening all. */
export function indexOf({ keys }: Keys, accountId: AccountId, value: string): Buffer {
  return keys.blindIndex('sender', accountId, value);
}

function placeOf({ accountId, id }: Pick<SenderRow, 'accountId' | 'id'>): SealedAt {
  return { account: accountId, table: 'senders', column: 'value', row: id };
}

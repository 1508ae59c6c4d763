import { and, eq, or } from 'drizzle-orm';
import { open, seal } from '../crypto/seal.ts';
import { withKeys } from '../crypto/with-keys.ts';
import type { AccountId, RegistrationId } from '../ids.ts';
import type { App } from '../platform.ts';
import { indexOf } from './sealed.ts';
import { senderRegistrations, type RegistrationRow } from './table.ts';
import type { Registration } from './verdict.ts';

export type StoredRegistration = Registration & { references: Record<string, string> };

/** By country, sender and register. */
export async function listRegistrations(app: App, accountId: AccountId): Promise<StoredRegistration[]> {
  const ours = eq(senderRegistrations.accountId, accountId);
  const rows = await app.db.select().from(senderRegistrations).where(ours);
  const all = await withKeys(app.keys, () => rows.map((row) => openRegistration(app, row)));
  const name = ({ country, sender, register }: Registration) => `${country}\u0000${sender}\u0000${register}`;
  return all.sort((a, b) => (name(a) < name(b) ? -1 : 1));
}

/** Opens what is stored; a row from before they were sealed is in the clear. */
function openRegistration({ keys }: Pick<App, 'keys'>, row: RegistrationRow): StoredRegistration {
  const { country, register, validUntil } = row;
  const read = (column: Column, sealed: Buffer) => open(keys, sealed, placeOf(row, column));
  const sender = row.sender ?? read('sender', row.senderSealed!);
  const references =
    row.references ??
    (JSON.parse(read('references', row.referencesSealed!)) as StoredRegistration['references']);
  return { country, sender, register, references, validUntil: validUntil?.getTime() ?? null };
}

/** What is stored of a registration's sender and of what the register calls it. */
export async function sealRegistration(
  { keys }: Pick<App, 'keys'>,
  owner: { accountId: AccountId; id: RegistrationId },
  { sender, references }: StoredRegistration,
) {
  const write = (column: Column, text: string) =>
    withKeys(keys, () => seal(keys, text, placeOf(owner, column)));
  return {
    ...owner,
    senderSealed: await write('sender', sender),
    senderIndex: indexOf({ keys }, owner.accountId, sender),
    referencesSealed: await write('references', JSON.stringify(references)),
  };
}

/** The condition for one registration of an account, also when it is not sealed yet. */
export function isRegistration(
  app: Pick<App, 'keys'>,
  accountId: AccountId,
  { country, sender, register }: Omit<Registration, 'validUntil'>,
) {
  return and(
    eq(senderRegistrations.accountId, accountId),
    eq(senderRegistrations.country, country),
    or(
      eq(senderRegistrations.sender, sender),
      eq(senderRegistrations.senderIndex, indexOf(app, accountId, sender)),
    ),
    eq(senderRegistrations.register, register),
  );
}

type Column = 'sender' | 'references';

function placeOf({ accountId, id }: { accountId: AccountId; id: RegistrationId }, column: Column) {
  return { account: accountId, table: 'sender_registrations', column, row: id };
}

import { and, eq, gt } from 'drizzle-orm';
import { open, seal } from '../crypto/seal.ts';
import { withKeys } from '../crypto/with-keys.ts';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId, InvitationId } from '../ids.ts';
import type { App } from '../platform.ts';
import { isWholeInvitationToken } from './invitation.ts';
import { emailIndex } from './personal-data.ts';
import { invitations, type InvitationRow } from './table.ts';

type Keys = Pick<App, 'keys'>;
type Place = Pick<InvitationRow, 'accountId' | 'id'>;

/** It belongs to the account, whose keys it is sealed under; the index is that of people, whom it is compared with. */
export async function sealInvited(app: Keys, place: Place, email: string) {
  const emailSealed = await withKeys(app.keys, () => seal(app.keys, email, placeOf(place)));
  return { emailSealed, emailIndex: emailIndex(app, email) };
}

export async function openInvited(
  app: Keys,
  row: Place & Pick<InvitationRow, 'emailSealed'>,
): Promise<string> {
  return withKeys(app.keys, () => open(app.keys, row.emailSealed, placeOf(row)));
}

function placeOf({ accountId, id }: { accountId: AccountId; id: InvitationId }) {
  return { account: accountId, table: 'invitations', column: 'email', row: id };
}

export function invitationHash(app: Keys, token: string): Buffer {
  return app.keys.blindIndex('invitation', token);
}

/** The invitation that a token is of, while it waits. */
export async function findInvited(app: App, token: string): Promise<InvitationRow | undefined> {
  if (!isWholeInvitationToken(token)) return undefined;
  const [row] = await app.db.select().from(invitations).where(ofToken(app, token));
  return row;
}

/** Takes it, so that nobody else can: of several who come with one token at once, one gets it. */
export async function takeInvited(
  app: App,
  tx: DbTransaction,
  token: string,
): Promise<InvitationRow | undefined> {
  const [row] = await tx.delete(invitations).where(ofToken(app, token)).returning();
  return row;
}

function ofToken(app: App, token: string) {
  return and(
    eq(invitations.tokenHash, invitationHash(app, token)),
    gt(invitations.expiresAt, new Date(app.clock())),
  );
}

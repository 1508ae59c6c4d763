import { and, eq, gt, notInArray } from 'drizzle-orm';
import { doNoted } from '../audit/act.ts';
import type { Doer } from '../audit/actor.ts';
import type { DbTransaction } from '../db/client.ts';
import { invitable, type Inviting } from './membership.ts';
import { invitations, type InviterId } from './table.ts';

/**
 * Takes back what somebody invited who may not invite that any more, in the transaction that takes it from them: whoever
 * was put out does not come back by a link that they made for themselves before.
 * @param left what the inviter may do from now on; undefined: they are gone
 */
export async function revokeOfInviter(
  tx: DbTransaction,
  who: Doer,
  { inviter, left }: { inviter: InviterId; left: Inviting | undefined },
  now: number,
): Promise<void> {
  const { accountId } = who;
  const beyond = and(
    eq(invitations.accountId, accountId),
    eq(invitations.invitedBy, inviter),
    notInArray(invitations.role, invitable(left)),
  );
  const open = gt(invitations.expiresAt, new Date(now));
  const revoked = await tx.delete(invitations).where(and(beyond, open)).returning({ id: invitations.id });
  if (revoked.length === 0) return;
  await doNoted(tx, who, 'invitation.revoke', now, async (act) =>
    act.on(
      revoked.map(({ id }) => id),
      { because: left ? 'inviter_lost_reach' : 'inviter_removed' },
    ),
  );
}

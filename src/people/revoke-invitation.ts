import { and, desc, eq, gt } from 'drizzle-orm';
import { lockConfiguration } from '../accounts/lock-configuration.ts';
import type { Principal } from '../accounts/principal.ts';
import { doNoted } from '../audit/act.ts';
import type { AccountId, InvitationId } from '../ids.ts';
import type { App } from '../platform.ts';
import { InvitationNotFound } from './errors.ts';
import { MAX_INVITATIONS } from './invitation.ts';
import { checkReach } from './membership.ts';
import { invitations, type InvitationRow } from './table.ts';

/** The invitations of an account that wait, newest first. */
export async function listInvitations(app: App, accountId: AccountId): Promise<InvitationRow[]> {
  return app.db
    .select()
    .from(invitations)
    .where(and(eq(invitations.accountId, accountId), gt(invitations.expiresAt, new Date(app.clock()))))
    .orderBy(desc(invitations.id))
    .limit(MAX_INVITATIONS);
}

/**
 * Takes an invitation back: its link is worth nothing from now on.
 * @throws {InvitationNotFound | RoleAboveOwn}
 */
export async function revokeInvitation(app: App, who: Principal, id: InvitationId): Promise<InvitationRow> {
  const { accountId } = who;
  return app.db.transaction(async (tx) => {
    await lockConfiguration(tx, accountId);
    return doNoted(tx, who, 'invitation.revoke', app.clock(), async (act) => {
      const [row] = await tx
        .delete(invitations)
        .where(and(eq(invitations.accountId, accountId), eq(invitations.id, id)))
        .returning();
      if (!row) throw new InvitationNotFound();
      checkReach(who, row.role);
      act.on(id, { role: row.role });
      return row;
    });
  });
}

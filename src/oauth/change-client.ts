import { and, eq, isNull } from 'drizzle-orm';
import { lockConfiguration } from '../accounts/lock-configuration.ts';
import { doNoted, type Act } from '../audit/act.ts';
import type { AuditAction } from '../audit/actions.ts';
import type { Doer } from '../audit/actor.ts';
import { OAUTH_CHANNEL } from '../bus/channels.ts';
import type { DbTransaction } from '../db/client.ts';
import type { OAuthClientId } from '../ids.ts';
import type { App } from '../platform.ts';
import { OAuthClientNotFound } from './errors.ts';
import { oauthClients, type OAuthClientRow } from './table.ts';

/**
 * Changes a client that was not revoked, in a transaction that no other such change of the account comes between. When
 * its generation went up, all its tokens are over: every process refuses them, and closes what they opened.
 * @throws {OAuthClientNotFound}
 */
export async function changeClient(
  app: App,
  who: Doer,
  action: Extract<AuditAction, `oauth_client.${string}`>,
  id: OAuthClientId,
  decide: (
    before: OAuthClientRow,
    tx: DbTransaction,
    act: Act,
  ) => Partial<OAuthClientRow> | Promise<Partial<OAuthClientRow>>,
): Promise<OAuthClientRow> {
  const one = and(
    eq(oauthClients.accountId, who.accountId),
    eq(oauthClients.id, id),
    isNull(oauthClients.revokedAt),
  );
  const { before, after } = await app.db.transaction(async (tx) => {
    await lockConfiguration(tx, who.accountId);
    return doNoted(tx, who, action, app.clock(), async (act) => {
      act.on(id);
      const [row] = await tx.select().from(oauthClients).where(one);
      if (!row) throw new OAuthClientNotFound();
      const change = await decide(row, tx, act);
      await tx.update(oauthClients).set(change).where(one);
      return { before: row, after: { ...row, ...change } };
    });
  });
  if (after.generation !== before.generation) app.bus.publish([{ channel: OAUTH_CHANNEL, payload: id }]);
  return after;
}

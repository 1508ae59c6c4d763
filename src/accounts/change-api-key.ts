import { and, arrayContains, eq, isNull, ne, or } from 'drizzle-orm';
import { doNoted, type Act } from '../audit/act.ts';
import type { AuditAction } from '../audit/actions.ts';
import type { Doer } from '../audit/actor.ts';
import { API_KEY_CHANNEL } from '../bus/channels.ts';
import type { DbTransaction } from '../db/client.ts';
import type { ApiKeyId } from '../ids.ts';
import type { App } from '../platform.ts';
import { revokeOfInviter } from '../people/revoke-of-inviter.ts';
import { ApiKeyNotFound, LastManagingKey } from './errors.ts';
import { works } from './held-by.ts';
import { lockConfiguration } from './lock-configuration.ts';
import { keyHolder } from './permissions.ts';
import { apiKeys, type ApiKeyRow } from './table.ts';

/**
 * Changes a key that was not revoked, in a transaction that no other such change of the account comes between, with its
 * line in the audit log.
 * When its generation went up, every process forgets the key and closes what it opened.
 * @throws {ApiKeyNotFound}
 */
export async function changeApiKey(
  app: App,
  who: Doer,
  action: AuditAction,
  id: ApiKeyId,
  decide: (
    before: ApiKeyRow,
    tx: DbTransaction,
    act: Act,
  ) => Partial<ApiKeyRow> | Promise<Partial<ApiKeyRow>>,
): Promise<ApiKeyRow> {
  const { accountId } = who;
  const one = and(eq(apiKeys.accountId, accountId), eq(apiKeys.id, id), isNull(apiKeys.revokedAt));
  const { before, after } = await app.db.transaction(async (tx) => {
    await lockConfiguration(tx, accountId);
    return doNoted(tx, who, action, app.clock(), async (act) => {
      act.on(id);
      const [row] = await tx.select().from(apiKeys).where(one);
      if (!row) throw new ApiKeyNotFound();
      const change = await decide(row, tx, act);
      await tx.update(apiKeys).set(change).where(one);
      const changed: ApiKeyRow = { ...row, ...change };
      await revokeOfInviter(
        tx,
        who,
        { inviter: id, left: changed.revokedAt ? undefined : keyHolder(changed.permissions) },
        app.clock(),
      );
      return { before: row, after: changed };
    });
  });
  if (after.generation !== before.generation) app.bus.publish([{ channel: API_KEY_CHANNEL, payload: id }]);
  return after;
}

/** @throws {LastManagingKey} when no other key of the account could make keys */
export async function refuseLastManager(
  tx: DbTransaction,
  { accountId, id, mode, permissions }: ApiKeyRow,
  now: number,
): Promise<void> {
  // A test key manages none, whatever it has.
  if (mode === 'test' || (permissions && !permissions.includes('keys:manage'))) return;
  const [other] = await tx
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.accountId, accountId),
        ne(apiKeys.id, id),
        eq(apiKeys.mode, 'live'),
        works(apiKeys, now),
        or(isNull(apiKeys.permissions), arrayContains(apiKeys.permissions, ['keys:manage'])),
      ),
    )
    .limit(1);
  if (!other) throw new LastManagingKey();
}

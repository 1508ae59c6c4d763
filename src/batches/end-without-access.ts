import { findEndedKeys } from '../accounts/find-ended-keys.ts';
import { actorOf, bySystem } from '../audit/actor.ts';
import { appendAudit } from '../audit/append.ts';
import { parseId } from '../ids.ts';
import { findEndedClients } from '../oauth/find-ended-clients.ts';
import { findEndedMembers, nameOf } from '../people/find-ended-members.ts';
import type { App } from '../platform.ts';
import { endBatch } from './end-batch.ts';
import type { BatchRow } from './table.ts';

/** What a batch is begun with, and must not be lost while it goes on. */
const NEEDED = 'verifications:write';

/**
 * Ends those whose bringer has lost the access that they had: whoever it was is not to go on sending with what they
 * left behind. That a key or a token is over by its time, or somebody has signed out, is no loss.
 * @returns those that are left, of an ended one what a worker had begun
 */
export async function endWithoutAccess(app: App, batches: readonly BatchRow[]): Promise<BatchRow[]> {
  const because = await findLost(
    app,
    batches.filter(({ status }) => status === 'running'),
  );
  if (because.size === 0) return [...batches];
  const left = await Promise.all(
    batches.map(async (batch) => {
      const reason = because.get(batch);
      return reason === undefined ? batch : end(app, batch, reason);
    }),
  );
  return left.filter((batch) => batch !== undefined && !batch.finishedAt) as BatchRow[];
}

async function findLost(app: App, running: readonly BatchRow[]): Promise<Map<BatchRow, string>> {
  const used = running.map((batch) => ({ batch, ...usedBy(batch) }));
  const keyIds = [...new Set(used.flatMap(({ keyId }) => keyId ?? []))];
  const accountIds = [...new Set(running.map(({ accountId }) => accountId))];
  const [keys, tokens, people] = await Promise.all([
    findEndedKeys(app, accountIds, keyIds, NEEDED),
    findEndedClients(
      app,
      used.flatMap(({ token }) => token ?? []),
      NEEDED,
    ),
    findEndedMembers(
      app,
      used.flatMap(({ person }) => person ?? []),
      NEEDED,
    ),
  ]);
  return new Map(
    used.flatMap(({ batch, keyId, token, person }) => {
      const lost =
        (keyId && keys.get(keyId)) ??
        (token && tokens.get(token.tokenId)) ??
        (person && people.get(nameOf(person)));
      return lost === undefined ? [] : [[batch, lost] as const];
    }),
  );
}

/** What of its bringer can be lost. */
function usedBy({ accountId, actor: { kind, id, session } }: BatchRow) {
  switch (kind) {
    case 'apiKey':
      return { keyId: parseId('key', id ?? '') };
    case 'accessToken': {
      const clientId = parseId('cli', id ?? '');
      const tokenId = parseId('tok', session ?? '');
      return { token: clientId && tokenId && { accountId, clientId, tokenId } };
    }
    case 'person': {
      const personId = parseId('per', id ?? '');
      return { person: personId && { accountId, personId } };
    }
    // Neither can bring one.
    case 'clientToken':
    case 'system':
    case 'several':
      return {};
    default:
      throw new Error(`unhandled actor: ${kind satisfies never}`);
  }
}

function end(app: App, { accountId, id, mode }: BatchRow, because: string): Promise<BatchRow | undefined> {
  const entry = {
    accountId,
    actor: { ...actorOf(bySystem(accountId)), mode },
    action: 'batch.cancel',
    targets: [id],
    details: { because },
  } as const;
  return endBatch(app, { accountId, id }, 'revoked', (tx) => appendAudit(tx, [entry], app.clock()));
}

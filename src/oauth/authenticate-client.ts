import { timingSafeEqual } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { clientActor } from '../audit/actor.ts';
import { createRefusalLog } from '../audit/refusals.ts';
import { parseId, type OAuthClientId } from '../ids.ts';
import { createNetworks } from '../outgoing/networks.ts';
import type { App } from '../platform.ts';
import { clientNamedBy, verifyAssertion } from './assertion.ts';
import type { ClientProof } from './client-proof.ts';
import { isWholeClientSecret } from './client-secret.ts';
import { InvalidClient } from './errors.ts';
import { createFailureLimit } from './failure-limit.ts';
import { oauthClients, type OAuthClientRow } from './table.ts';

/** A client that has proved who it is. */
export interface ProvenClient {
  row: OAuthClientRow;
  /** When what it proved it with is over: itself, or a secret that was rotated away. */
  endsAt: Date | undefined;
}

const NO_HASH = Buffer.alloc(16);

/**
 * Says which client it is that asks. What is wrong is told as far as the proof itself shows it, or to whoever
 * has the right secret; all else is the same to a stranger, in words and in time.
 * @param address where it asks from; a client that is bound to networks is not good without one
 * @throws {InvalidClient | OAuthRefused}
 */
export async function authenticateClient(
  app: App,
  proof: ClientProof,
  address: string | undefined,
): Promise<ProvenClient> {
  const name = proof.clientId ?? (proof.kind === 'assertion' ? clientNamedBy(proof.assertion) : undefined);
  using attempt = app.single(createFailureLimit).begin(name ?? '', address);
  try {
    const proven = await prove(app, name, proof, address);
    attempt.right();
    return proven;
  } catch (error) {
    if (error instanceof InvalidClient) {
      attempt.wrong();
      // What is no id may be anything: it is not written down.
      app.log.info({ clientId: parseId('cli', name ?? ''), address }, 'an OAuth client was refused');
    }
    throw error;
  }
}

async function prove(
  app: App,
  name: string | undefined,
  proof: ClientProof,
  address: string | undefined,
): Promise<ProvenClient> {
  const id = name === undefined ? undefined : parseId('cli', name);
  const row = id && (await findClient(app, id));
  const refused = (why: 'proof' | 'network' | 'time') => row && noteRefused(app, row, address, why);
  let secretEndsAt: Date | undefined;
  try {
    secretEndsAt =
      proof.kind === 'secret'
        ? proveBySecret(app, row, proof.secret)
        : await verifyAssertion(app, row, proof.assertion);
  } catch (error) {
    if (error instanceof InvalidClient) refused('proof');
    throw error;
  }
  if (!row) throw new InvalidClient();
  if (!isAllowedFrom(row, address)) {
    refused('network');
    throw new InvalidClient();
  }
  const ends = [secretEndsAt, row.expiresAt].flatMap((end) => (end ? [end.getTime()] : []));
  const endsAt = ends.length > 0 ? new Date(Math.min(...ends)) : undefined;
  if (endsAt && app.clock() >= endsAt.getTime()) {
    refused('time');
    throw new InvalidClient('This client is over, or its secret was rotated: take the new one.');
  }
  return { row, endsAt };
}

/** Counted, and written down together with others a moment later: it takes no time here. */
function noteRefused(
  app: App,
  { accountId, id }: OAuthClientRow,
  address: string | undefined,
  refused: 'proof' | 'network' | 'time',
): void {
  app.single(createRefusalLog).noteOf(accountId, clientActor(id, address), {
    action: 'oauth_client.use',
    outcome: 'auth/invalid',
    targets: [id],
    details: { refused },
  });
}

/** Not one that was revoked. */
async function findClient(app: App, id: OAuthClientId): Promise<OAuthClientRow | undefined> {
  const [row] = await app.db.select().from(oauthClients).where(eq(oauthClients.id, id));
  return row?.revokedAt ? undefined : row;
}

/** @returns when this secret is over, if it was rotated away */
function proveBySecret(app: App, row: OAuthClientRow | undefined, secret: string): Date | undefined {
  if (!isWholeClientSecret(secret))
    throw new InvalidClient(
      'The client secret is not whole. Copy it again, from its first to its last character.',
    );
  const hash = app.keys.blindIndex('oauth-client', secret);
  // Compared also where there is nothing to compare with: it takes the same time.
  const isCurrent = timingSafeEqual(hash, row?.secretHash ?? NO_HASH) && row?.secretHash != null;
  const isPrevious =
    timingSafeEqual(hash, row?.previousSecretHash ?? NO_HASH) && row?.previousSecretHash != null;
  if (isCurrent) return undefined;
  if (isPrevious) return row.previousEndsAt!;
  throw new InvalidClient();
}

function isAllowedFrom({ networks }: OAuthClientRow, address: string | undefined): boolean {
  if (!networks) return true;
  return address !== undefined && createNetworks(networks).includes(address);
}

import { and, eq } from 'drizzle-orm';
import type { DbTransaction } from '../db/client.ts';
import type { PersonId } from '../ids.ts';
import { roleOf } from '../people/role-of.ts';
import { keyPrincipal } from './key-principal.ts';
import { holdersOf } from './maker.ts';
import type { Principal } from './principal.ts';
import { ROLE_TABLE } from './roles.ts';
import { apiKeys } from './table.ts';

/** Somebody who does something, as they stand in this moment. */
export interface Standing {
  /** With what they may do now. */
  who: Principal;
  /** The people who it may be: a key is used by whoever knows its secret. */
  people: PersonId[];
}

/**
 * How whoever asks stands, under the lock of the account (`lockConfiguration`): they may have been put out, or had a
 * permission taken from them, after they were let in here.
 * @returns undefined: they are out
 */
export async function standingOf(
  tx: DbTransaction,
  who: Principal,
  now: number,
): Promise<Standing | undefined> {
  switch (who.kind) {
    case 'person': {
      const role = await roleOf(tx, who);
      if (!role) return undefined;
      const permissions = who.needsSecondFactor ? who.permissions : ROLE_TABLE[role].permissions;
      return { who: { ...who, role, permissions }, people: [who.personId] };
    }
    case 'apiKey': {
      const one = and(eq(apiKeys.accountId, who.accountId), eq(apiKeys.id, who.apiKeyId));
      const [row] = await tx.select().from(apiKeys).where(one);
      // Keys are revoked, and never deleted: one that is not there is none of ours to take anything from.
      if (!row) return { who, people: [] };
      if (row.revokedAt) return undefined;
      return { who: keyPrincipal(row, who.expiresAt ?? null), people: holdersOf(row, now) };
    }
    case 'accessToken':
    case 'clientToken':
      return { who, people: [] };
    default:
      throw new Error(`unhandled principal: ${who satisfies never}`);
  }
}

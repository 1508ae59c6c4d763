import { eq } from 'drizzle-orm';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId } from '../ids.ts';
import { verifyCut, type CheckpointVerifiers } from './checkpoint-keys.ts';
import type { Cut } from './cut.ts';
import type { Tampering } from './inspect.ts';
import { auditCuts } from './table.ts';

/** What went of an account's log when its time was over, by the word of our keys alone. */
export async function readCuts(
  tx: DbTransaction,
  accountId: AccountId,
  keys: CheckpointVerifiers,
): Promise<{ cuts: Cut[]; forged: Tampering | undefined }> {
  const rows = await tx.select().from(auditCuts).where(eq(auditCuts.accountId, accountId));
  const said = await Promise.all(rows.map(({ signature }) => verifyCut(keys, signature)));
  const cuts = said.filter((cut): cut is Cut => cut?.accountId === accountId);
  if (cuts.length === rows.length) return { cuts, forged: undefined };
  const about = 'That some of it went when its time was over is not what one of our keys has signed.';
  return { cuts, forged: { kind: 'forged', seq: undefined, entryId: undefined, about } };
}

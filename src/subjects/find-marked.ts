import { withKeys } from '../crypto/with-keys.ts';
import { indexNames } from '../factors/index-names.ts';
import { uuidOf, type AccountId } from '../ids.ts';
import { readWaitingParts } from '../inbound/waiting-parts.ts';
import type { App } from '../platform.ts';
import { eachWaitingSubject } from '../vault/batch-chunks.ts';
import { markOf } from './subject.ts';

const PAGE = 5_000;

/**
 * Finds whom marks are of: a mark is made from a blind index, and not the other way, so all that an account has are
 * looked through. Only after a backup was put back; 2 µs a subject.
 * @param marks in hexadecimal
 * @returns the blind indexes by their marks
 */
export async function findMarked(
  app: App,
  accountId: AccountId,
  marks: ReadonlySet<string>,
): Promise<Map<string, Buffer>> {
  const account = uuidOf(accountId);
  const found = new Map<string, Buffer>();
  await indexNames(app, accountId);
  const all = app.sql<{ subject: Buffer }[]>`
    SELECT subject FROM vault.numbers WHERE account_id = ${account}
    UNION SELECT destination FROM destinations WHERE account_id = ${account}
    UNION SELECT destination FROM safe_numbers WHERE account_id = ${account}
    UNION SELECT destination FROM opt_outs WHERE account_id = ${account}
    UNION SELECT sender FROM vault.inbound_messages WHERE account_id = ${account} AND sender IS NOT NULL
    UNION SELECT number FROM vault.number_lookups WHERE account_id = ${account}
    UNION SELECT unnest(subjects) FROM entities WHERE account_id = ${account}
    UNION SELECT unnest(subjects) FROM factors WHERE account_id = ${account}`;
  const look = (subject: Buffer): void => {
    const mark = markOf(app.keys, subject).toString('hex');
    if (marks.has(mark)) found.set(mark, subject);
  };
  await all.cursor(PAGE, (rows) => rows.forEach(({ subject }) => look(subject)));
  await eachWaitingSubject(app.sql, accountId, look);
  const waiting = await withKeys(app.keys, () => readWaitingParts(app, app.sql, accountId));
  for (const { sender } of waiting) look(sender);
  return found;
}

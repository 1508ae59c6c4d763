import type { AuditEntry } from '../../src/audit/entry.ts';
import { entryOfRow, pageAuditLog } from '../../src/audit/queries.ts';
import { createRefusalLog } from '../../src/audit/refusals.ts';
import type { AccountId, AuditEntryId } from '../../src/ids.ts';
import type { App } from '../../src/platform.ts';

/** The entries of an account behind one, oldest first; what was refused is written before. */
export async function auditOf(app: App, accountId: AccountId, after?: AuditEntryId): Promise<AuditEntry[]> {
  await app.single(createRefusalLog).write();
  const rows = await pageAuditLog(app, accountId, {}, { after: undefined, limit: 1_000 });
  return rows
    .map(entryOfRow)
    .filter(({ id }) => after === undefined || id > after)
    .reverse();
}

/** That an answer shows a server numbers in full: beside what the operation itself has done. */
export const NUMBER_READS: readonly string[] = ['number.read', 'inbound_message.read', 'entity.read'];
/** Or personal data of whatever kind. */
const READS: readonly string[] = [
  ...[...NUMBER_READS, 'number.search', 'number.resolve', 'safe_number.search', 'entity.search'],
  ...['member.read', 'invitation.read'],
];

/** Without those. */
export function doneIn(entries: readonly AuditEntry[]): AuditEntry[] {
  return entries.filter(({ action }) => !READS.includes(action));
}

/** Without those that say that somebody was let in, or nearly. */
export function withoutSignIns(entries: readonly AuditEntry[]): AuditEntry[] {
  return entries.filter(({ action }) => action !== 'session.begin');
}

/** What an account's log says of some work. */
export async function notedOf(
  app: App,
  accountId: AccountId,
  work: () => Promise<unknown>,
): Promise<AuditEntry[]> {
  const before = await auditOf(app, accountId);
  await work();
  return auditOf(app, accountId, before.at(-1)?.id);
}

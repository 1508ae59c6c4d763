import type { Principal } from '../accounts/principal.ts';
import type { AuditEntryId } from '../ids.ts';
import type { App } from '../platform.ts';
import { actorOf } from './actor.ts';
import { noteApart } from './append.ts';
import { exportHead, exportLine, type ExportFormat } from './export-form.ts';
import { entryOfRow, pageAuditLog, type AuditMatch } from './queries.ts';

/** Entries that are read at a time: what an export has in memory, however long the log is. */
const ENTRIES_AT_ONCE = 500;

/**
 * An account's log as text, newest first, read as fast as it is taken. That it is exported is noted before the first
 * of it is given out.
 */
export async function exportLog(
  app: App,
  who: Principal,
  match: AuditMatch,
  format: ExportFormat,
): Promise<AsyncIterable<string>> {
  const { accountId } = who;
  const filter = Object.entries(match).flatMap(([name, value]) => (value == null ? [] : [name]));
  await noteApart(app, [
    {
      ...{ accountId, actor: actorOf(who), action: 'audit_log.export', targets: [accountId] },
      details: { format, filter: filter.sort() },
    },
  ]);
  return linesOf(app, who, match, format);
}

async function* linesOf(
  app: App,
  { accountId }: Principal,
  match: AuditMatch,
  format: ExportFormat,
): AsyncGenerator<string> {
  const head = exportHead(format);
  if (head !== '') yield head;
  for (let after: AuditEntryId | undefined; ;) {
    const rows = await pageAuditLog(app, accountId, match, { after, limit: ENTRIES_AT_ONCE });
    if (rows.length > 0) yield rows.map((row) => exportLine(format, entryOfRow(row))).join('');
    if (rows.length < ENTRIES_AT_ONCE) return;
    after = rows.at(-1)!.id;
  }
}

import { hashEntry, type AuditEntry } from './entry.ts';

/** What a log is exported as. */
export const EXPORT_FORMATS = ['csv', 'ndjson'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const COLUMNS: Readonly<Record<string, (entry: AuditEntry) => string | number | null>> = {
  id: ({ id }) => id,
  occurredAt: ({ occurredAt }) => occurredAt.toISOString(),
  kind: ({ kind }) => kind,
  actorKind: ({ actor }) => actor.kind,
  actorId: ({ actor }) => actor.id,
  actorSession: ({ actor }) => actor.session,
  address: ({ actor }) => actor.address,
  action: ({ action }) => action,
  outcome: ({ outcome }) => outcome,
  count: ({ count }) => count,
  targets: ({ targets }) => targets.join(' '),
  details: ({ details }) => details && JSON.stringify(details),
  hash: (entry) => hashEntry(entry).toString('hex'),
  // Behind those that were there before it.
  mode: ({ mode }) => mode ?? null,
};

/** What stands before the first entry. */
export function exportHead(format: ExportFormat): string {
  return format === 'csv' ? csvLine(Object.keys(COLUMNS)) : '';
}

/** An entry as a line. */
export function exportLine(format: ExportFormat, entry: AuditEntry): string {
  switch (format) {
    case 'csv':
      return csvLine(Object.values(COLUMNS).map((read) => read(entry)));
    case 'ndjson':
      return `${JSON.stringify({ ...entry, hash: hashEntry(entry).toString('hex') })}\n`;
    default:
      throw new Error(`unhandled format: ${format satisfies never}`);
  }
}

/** A line of RFC 4180. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join()}\r\n`;
}

/** What a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection). */
function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const harmless = /^\s*[=+\-@]|^[\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

import type { MessageRow } from '../messages/table.ts';
import type { VerificationRow } from '../verifications/table.ts';
import type { EventEnvelope } from './envelope.ts';

/** The columns of a row that JSON has no type for; the compiler sees to it that none is left out. */
type KeysOf<Row, T> = { [K in keyof Row]-?: Extract<Row[K], T> extends never ? never : K }[keyof Row];
type Columns<Row> = { dates: Record<KeysOf<Row, Date>, true>; buffers: Record<KeysOf<Row, Buffer>, true> };

const VERIFICATION: Columns<VerificationRow> = {
  dates: { nextSendAt: true, createdAt: true, expiresAt: true, settledAt: true },
  buffers: { codeNonce: true },
};
const MESSAGE: Columns<MessageRow> = {
  dates: { dueAt: true, queuedAt: true, sentAt: true, deliveredAt: true, settledAt: true },
  buffers: {},
};

/** Changes when an older program would misread a payload. */
const FORMAT = 3;

/** Events of one verification as they go over the bus: JSON, dates in milliseconds, octets in base64. */
export function encodeEvents(events: readonly EventEnvelope[]): string {
  return JSON.stringify({
    format: FORMAT,
    events: events.map((event) => ({
      ...event,
      occurredAt: event.occurredAt.getTime(),
      verification: toJson(event.verification, VERIFICATION),
      message: event.message && toJson(event.message, MESSAGE),
    })),
  });
}

/** @returns undefined when another version of the program wrote it: the table has the events, too */
export function decodeEvents(payload: string): EventEnvelope[] | undefined {
  try {
    const { format, events } = JSON.parse(payload) as { format: number; events: Wire[] };
    if (format !== FORMAT) return undefined;
    return events.map((wire) => ({
      ...wire,
      occurredAt: new Date(wire.occurredAt),
      verification: fromJson(wire.verification, VERIFICATION),
      message: wire.message && fromJson(wire.message, MESSAGE),
    }));
  } catch {
    return undefined;
  }
}

type WireRow = Record<string, unknown>;
type Wire = Omit<EventEnvelope, 'occurredAt' | 'verification' | 'message'> & {
  occurredAt: number;
  verification: WireRow;
  message?: WireRow;
};

function toJson<Row extends object>(row: Row, { dates, buffers }: Columns<Row>): WireRow {
  const wire = { ...row } as WireRow;
  for (const key in dates) wire[key] = (wire[key] as Date | null)?.getTime() ?? null;
  for (const key in buffers) wire[key] = (wire[key] as Buffer | null)?.toString('base64') ?? null;
  return wire;
}

function fromJson<Row extends object>(wire: WireRow, { dates, buffers }: Columns<Row>): Row {
  const row: WireRow = wire;
  for (const key in dates) row[key] = typeof wire[key] === 'number' ? new Date(wire[key]) : null;
  for (const key in buffers)
    row[key] = typeof wire[key] === 'string' ? Buffer.from(wire[key], 'base64') : null;
  return row as Row;
}

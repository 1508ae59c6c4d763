import type { MessageRow } from '../messages/table.ts';
import type { VerificationRow } from '../verifications/table.ts';
import type { EventEnvelope } from './envelope.ts';

/** How a column goes over the bus: what JSON has no type for, dates and octets, as something else. */
type Kind = 'date' | 'octets' | 'plain';
type KindOf<T> = Date extends T ? 'date' : Buffer extends T ? 'octets' : 'plain';
/** All columns of a row, in the order in which their values go; the compiler sees to it that none is left out. */
type Columns<Row> = { readonly [K in keyof Row]-?: KindOf<Row[K]> };

const VERIFICATION: Columns<VerificationRow> = {
  accountId: 'plain',
  id: 'plain',
  serviceId: 'plain',
  mode: 'plain',
  country: 'plain',
  channel: 'plain',
  locale: 'plain',
  status: 'plain',
  failureReason: 'plain',
  codeNonce: 'octets',
  codeKeyId: 'plain',
  codeLength: 'plain',
  codeAlphabet: 'plain',
  checksUsed: 'plain',
  maxChecks: 'plain',
  sendsLeft: 'plain',
  nextSendAt: 'date',
  version: 'plain',
  createdAt: 'date',
  expiresAt: 'date',
  settledAt: 'date',
};
const MESSAGE: Columns<MessageRow> = {
  accountId: 'plain',
  id: 'plain',
  verificationId: 'plain',
  mode: 'plain',
  status: 'plain',
  sender: 'plain',
  segments: 'plain',
  attemptsSpent: 'plain',
  dueAt: 'date',
  queuedAt: 'date',
  sentAt: 'date',
  deliveredAt: 'date',
  settledAt: 'date',
  failureReason: 'plain',
  failureDecision: 'plain',
  pinnedRouteId: 'plain',
};

/** Changes when an older program would misread a payload: with the columns, too, whose values go without names. */
const FORMAT = 5;

/**
 * Events of one verification as they go over the bus: JSON, dates in milliseconds, octets in base64. Two go for each
 * message, and their way costs by their length: without the names of the columns one has 583 characters, not 1,059.
 */
export function encodeEvents(events: readonly EventEnvelope[]): string {
  return JSON.stringify({
    format: FORMAT,
    events: events.map(({ type, version, cursor, occurredAt, verification, message }) => [
      type,
      version,
      cursor,
      occurredAt.getTime(),
      verificationRow.write(verification),
      message ? messageRow.write(message) : null,
    ]),
  });
}

/** @returns undefined when another version of the program wrote it: the table has the events, too */
export function decodeEvents(payload: string): EventEnvelope[] | undefined {
  try {
    const { format, events } = JSON.parse(payload) as { format: number; events: Wire[] };
    if (format !== FORMAT) return undefined;
    return events.map(([type, version, cursor, occurredAt, verification, message]) => ({
      type,
      version,
      cursor,
      occurredAt: new Date(occurredAt),
      verification: verificationRow.read(verification),
      message: message ? messageRow.read(message) : undefined,
    }));
  } catch {
    return undefined;
  }
}

type WireRow = unknown[];
type Wire = [
  type: EventEnvelope['type'],
  version: number,
  cursor: string,
  occurredAt: number,
  verification: WireRow,
  message: WireRow | null,
];

const verificationRow = rowCodec(VERIFICATION);
const messageRow = rowCodec(MESSAGE);

function rowCodec<Row extends object>(columns: Columns<Row>) {
  const entries = Object.entries<Kind>(columns) as [keyof Row, Kind][];
  return {
    write: (row: Row): WireRow => entries.map(([name, kind]) => toJson(row[name], kind)),
    read(values: WireRow): Row {
      const row: Partial<Record<keyof Row, unknown>> = {};
      entries.forEach(([name, kind], i) => (row[name] = fromJson(values[i], kind)));
      return row as Row;
    },
  };
}

function toJson(value: unknown, kind: Kind): unknown {
  if (value === null || kind === 'plain') return value;
  return kind === 'date' ? (value as Date).getTime() : (value as Buffer).toString('base64');
}

function fromJson(value: unknown, kind: Kind): unknown {
  if (value === null || kind === 'plain') return value;
  return kind === 'date' ? new Date(value as number) : Buffer.from(value as string, 'base64');
}

/** For how long things can be kept. Accounts that keep something for the same time share partitions. */
export interface RetentionClass {
  days: number;
  /** How many days of things lie in one partition, and go together. */
  periodDays: number;
}

/** About twelve partitions each, however long. One that is in use is never taken away: rows are in it. */
export const CLASSES: readonly RetentionClass[] = [
  { days: 1, periodDays: 1 },
  { days: 7, periodDays: 1 },
  { days: 30, periodDays: 3 },
  { days: 90, periodDays: 10 },
  { days: 365, periodDays: 30 },
  { days: 1_095, periodDays: 90 },
  { days: 3_650, periodDays: 300 },
];

/** What can be kept for a time of its own. */
export const KINDS = [
  'phones',
  'events',
  'messages',
  'inbound',
  'deliveries',
  'analytics',
  'alarms',
  'audit',
] as const;

export type Kind = (typeof KINDS)[number];

/** Something of each kind. */
export function byKind<T>(read: (kind: Kind) => T): Record<Kind, T> {
  return Object.fromEntries(KINDS.map((kind) => [kind, read(kind)])) as Record<Kind, T>;
}

/** How many days each kind of thing is kept. */
export type Retention = Readonly<Record<Kind, number>>;

/** What rows of accounts have that never said anything else. */
export const DEFAULT_RETENTION: Retention = {
  ...{ phones: 30, events: 90, messages: 365, inbound: 30 },
  ...{ deliveries: 90, analytics: 1_095, alarms: 365, audit: 1_095 },
};

/** Between which times each kind can be kept, in days, and why for no shorter one. */
export const LIMITS: Readonly<Record<Kind, { min: number; max: number; reason?: string }>> = {
  phones: { min: 1, max: 1_095 },
  events: { min: 1, max: 1_095 },
  messages: {
    ...{ min: 7, max: 1_095 },
    reason: 'Their receipts may come for three days, and only then are their hours counted.',
  },
  inbound: { min: 1, max: 1_095 },
  deliveries: { min: 7, max: 1_095, reason: 'They are tried for 75 hours.' },
  analytics: { min: 90, max: 3_650, reason: 'So much is asked for at once.' },
  alarms: { min: 30, max: 3_650, reason: 'Some of them last.' },
  audit: { min: 365, max: 3_650, reason: 'Who did what is to be found for a year at least.' },
};

/** The classes that a kind of thing can be in. */
export function classesOf(kind: Kind): readonly RetentionClass[] {
  const { min, max } = LIMITS[kind];
  return CLASSES.filter(({ days }) => days >= min && days <= max);
}

/** A table whose rows go by whole partitions: a list by class, and in each a range by time. */
export interface KeptTable {
  kind: Kind;
  schema: string;
  name: string;
  /** The column that tells when: a UUIDv7, or a time. */
  key: string;
  isTime?: boolean;
  /** Unique in each partition; with the time in the key it is over all of them. */
  unique: readonly string[];
  /** Nothing of it is ever changed: its triggers stand aside only for rows that get a partition. */
  isAppendOnly?: boolean;
  /** How full pages are made, in percent: rows that are updated soon stay in theirs. */
  fillfactor?: number;
}

export const KEPT_TABLES: readonly KeptTable[] = [
  {
    ...{ kind: 'phones', schema: 'vault', name: 'numbers', key: 'verification_id' },
    unique: ['account_id', 'verification_id'],
  },
  {
    ...{ kind: 'events', schema: 'public', name: 'events', key: 'verification_id' },
    unique: ['account_id', 'verification_id', 'version'],
  },
  {
    ...{ kind: 'messages', schema: 'public', name: 'messages', key: 'verification_id' },
    unique: ['account_id', 'id'],
    fillfactor: 60,
  },
  {
    ...{ kind: 'messages', schema: 'public', name: 'attempts', key: 'verification_id' },
    unique: ['account_id', 'id'],
    fillfactor: 70,
  },
  {
    ...{ kind: 'inbound', schema: 'vault', name: 'inbound_messages', key: 'id' },
    unique: ['account_id', 'id'],
  },
  {
    ...{ kind: 'deliveries', schema: 'public', name: 'webhook_deliveries', key: 'id' },
    unique: ['account_id', 'id'],
  },
  {
    ...{ kind: 'analytics', schema: 'public', name: 'routing_hourly', key: 'hour', isTime: true },
    unique: ['account_id', 'hour', 'country', 'operator', 'route_id'],
  },
  {
    ...{ kind: 'alarms', schema: 'public', name: 'routing_alarms', key: 'raised_at', isTime: true },
    unique: ['account_id', 'name', 'raised_at'],
  },
  {
    ...{ kind: 'alarms', schema: 'public', name: 'abuse_alarms', key: 'raised_at', isTime: true },
    unique: ['account_id', 'raised_at', 'kind', 'address'],
  },
  {
    ...{ kind: 'audit', schema: 'public', name: 'audit_entries', key: 'id' },
    unique: ['account_id', 'id'],
    isAppendOnly: true,
  },
];

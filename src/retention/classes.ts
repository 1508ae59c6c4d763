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
];

/** What can be kept for a time of its own. */
export const KINDS = ['phones', 'events'] as const;

export type Kind = (typeof KINDS)[number];

/** How many days each kind of thing is kept. */
export type Retention = Readonly<Record<Kind, number>>;

/** What rows of accounts have that never said anything else. */
export const DEFAULT_RETENTION: Retention = { phones: 30, events: 90 };

export const CHOICES: readonly number[] = CLASSES.map(({ days }) => days);

/** A table whose rows go by whole partitions: a list by class, and in each a range by time. */
export interface KeptTable {
  kind: Kind;
  schema: string;
  name: string;
  /** The column that tells when: a UUIDv7. */
  key: string;
  /** Unique in each partition; with the time in the key it is over all of them. */
  unique: readonly string[];
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
];

import { createHash } from 'node:crypto';
import type { Mode } from '../accounts/mode.ts';
import type { ErrorCode } from '../errors.ts';
import type { AccountId, AuditEntryId, Id } from '../ids.ts';
import { aboutAction, type ActionKind, type AuditAction } from './actions.ts';
import type { Actor } from './actor.ts';

/** `ok`, or what stood in the way. */
export type Outcome = 'ok' | ErrorCode;

/** Opaque words only: ids, names of fields, numbers. Nothing that a person has typed. */
export type Details = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** What was refused stands apart from the traffic, of which there is so much more. */
export type EntryKind = ActionKind | 'refusal';

/** One line of the audit log: who did what to what from where, and how it ended. */
export interface AuditEntry {
  accountId: AccountId;
  id: AuditEntryId;
  occurredAt: Date;
  kind: EntryKind;
  actor: Omit<Actor, 'mode'>;
  action: AuditAction;
  outcome: Outcome;
  /** How many times: acts of traffic that were committed together are one entry, and so are refusals of a minute. */
  count: number;
  /** What it was done to, all of the kind that the action says; not all of them when there were very many. */
  targets: readonly Id<string>[];
  details: Details | null;
  /**
   * Of what an API key did, or Otpost to something of one: for real, or in a test. Absent of all others, and of entries
   * from before it was noted.
   */
  mode?: Mode | undefined;
}

/** What is to be noted. */
export interface NewAuditEntry {
  accountId: AccountId;
  actor: Actor;
  action: AuditAction;
  outcome?: Outcome;
  count?: number;
  targets: readonly Id<string>[];
  details?: Details | null;
  /** Default: that of the action. */
  kind?: EntryKind;
}

/** What stands first in every encoding of an entry, so that no other text means the same. */
const VERSION = 'otpost audit entry 1';

/**
 * Writes an entry in the one way that its hash is made of: a JSON array in UTF-8 without spaces, its members
 * in this order, ids with their prefixes, the time in UTC with milliseconds, the names in `details` sorted. The mode
 * is a member where there is one: so entries from before it was noted have the hash that they had.
 */
export function encodeEntry(entry: AuditEntry): string {
  const { actor, details, mode } = entry;
  return JSON.stringify([
    VERSION,
    entry.accountId,
    entry.id,
    entry.occurredAt.toISOString(),
    entry.kind,
    [actor.kind, actor.id, actor.session, actor.address],
    entry.action,
    entry.outcome,
    entry.count,
    entry.targets,
    details && Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1)),
    ...(mode === undefined ? [] : [mode]),
  ]);
}

/** SHA-256 of its encoding. */
export function hashEntry(entry: AuditEntry): Buffer {
  return createHash('sha256').update(encodeEntry(entry)).digest();
}

/** Of ids that somebody has asked for, those that could be targets of an action. */
export function targetsAmong(action: AuditAction, texts: readonly string[]): Id<string>[] {
  const form = new RegExp(`^${aboutAction(action).target}_[0-9a-f]{32}$`);
  return [...new Set(texts)].filter((text): text is Id<string> => form.test(text));
}

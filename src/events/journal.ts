import type { MessageRow } from '../messages/table.ts';
import type { VerificationRow } from '../verifications/table.ts';
import type { EventType } from './catalog.ts';

/** What one transaction makes happen: each entry keeps the state as it was right after it. */
export interface JournalEntry {
  type: EventType;
  occurredAt: Date;
  verification: VerificationRow;
  message: MessageRow | undefined;
}

export interface Journal {
  readonly entries: readonly JournalEntry[];
  /** Gives the verification its next version (the row itself is changed) and notes what happened. */
  record(type: EventType, verification: VerificationRow, message?: MessageRow): void;
}

/** @param now epoch milliseconds: everything in one transaction happens at one time */
export function createJournal(now: number): Journal {
  const occurredAt = new Date(now);
  const entries: JournalEntry[] = [];
  return {
    entries,
    record(type, verification, message) {
      verification.version += 1;
      entries.push({
        type,
        occurredAt,
        verification: { ...verification },
        message: message && { ...message },
      });
    },
  };
}

import type { Tx } from '../db/client.ts';
import type { App } from '../platform.ts';
import { appendEvents } from './append.ts';
import type { Journal } from './journal.ts';
import { publishEvents } from './publish.ts';

/** Appends what a transaction makes happen. @returns the transaction's id; undefined when nothing happened */
export async function commitJournal(tx: Tx, journal: Journal): Promise<string | undefined> {
  return journal.entries.length > 0 ? appendEvents(tx, journal.entries) : undefined;
}

/** Tells the watchers, after the commit. */
export function publishJournal(app: App, journal: Journal, transactionId: string | undefined): void {
  if (transactionId !== undefined) publishEvents(app, journal.entries, transactionId);
}

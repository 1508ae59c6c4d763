import type { AccountId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import type { Tampering } from '../inspect.ts';
import { accountsWithLogs, countEntries } from './accounts.ts';
import { readEvidence } from './kept-checkpoints.ts';
import type { Evidence } from './known-heads.ts';
import { verifyAccount, type Verdict } from './verify-account.ts';

export interface Report {
  onProgress(done: number, total: number): void;
  onVerdict(verdict: Verdict): void;
}

export interface Verified {
  accounts: number;
  entries: number;
  /** Accounts whose logs are not what was written. */
  tampered: number;
}

/** Verifies the logs of all accounts, or that of one. @param what.evidence default: our own keys, and no more */
export async function verifyLog(
  app: App,
  what: { accountId: AccountId | undefined; evidence?: Evidence },
  { onProgress, onVerdict }: Report,
): Promise<Verified> {
  const { accountId, evidence = await readEvidence(app, {}) } = what;
  const total = accountId ? 0 : await countEntries(app);
  const verified: Verified = { accounts: 0, entries: 0, tampered: 0 };
  let done = 0;
  for await (const id of accountId ? [accountId] : accountsOf(app, evidence)) {
    const verdict = await verifyAccount(app, id, evidence, (count) =>
      onProgress((done += count), Math.max(done, total)),
    );
    verified.accounts += 1;
    verified.entries += verdict.entries + verdict.waiting;
    if (verdict.tampering) verified.tampered += 1;
    onVerdict(verdict);
  }
  return verified;
}

/** Those that have a log, and those that had one, by what was kept elsewhere. */
async function* accountsOf(app: App, { kept }: Evidence): AsyncGenerator<AccountId> {
  const missing = new Set(kept.map(({ accountId }) => accountId));
  for await (const accountId of accountsWithLogs(app)) {
    missing.delete(accountId);
    yield accountId;
  }
  yield* missing;
}

/** In one line what was found. */
export function describeTampering(accountId: AccountId, { kind, seq, entryId, about }: Tampering): string {
  const place = [seq === undefined ? [] : `seq ${seq}`, entryId ?? []].flat().join(', ');
  return `${accountId}: ${kind.toUpperCase()} ${place}. ${about}`;
}

/** In one line of a log that is whole. */
export function describeWhole({ accountId, lastSeq, entries, gone, waiting }: Verdict): string {
  const over = gone > 0 ? `, ${gone} gone when their time was over` : '';
  const rest = waiting > 0 ? `, ${waiting} wait for the chain` : '';
  return `${accountId}: whole to seq ${lastSeq}: ${entries} entries${over}${rest}.`;
}

import { createCheckWatch, type FirstCheck } from '../abuse/check-watch.ts';
import type { Mode } from '../accounts/mode.ts';
import type { Actor } from '../audit/actor.ts';
import { appendAudit } from '../audit/append.ts';
import type { Outcome } from '../audit/entry.ts';
import { asRecorded } from '../audit/recorded.ts';
import { mergeActs, type DoneAct } from '../audit/traffic.ts';
import type { Tx } from '../db/client.ts';
import { transaction } from '../db/transaction.ts';
import { commitJournal, publishJournal } from '../events/commit.ts';
import type { DomainError } from '../errors.ts';
import { createJournal, type Journal } from '../events/journal.ts';
import type { VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { Service } from '../services/directory.ts';
import { readCode, sameCode } from './code.ts';
import { codeOf, type CodeUse } from './code-of.ts';
import {
  destinationName,
  lockDestinationsOf,
  saveDestinations,
  type DestinationState,
  type NumberedDestination,
} from './destinations.ts';
import { endedError } from './ended.ts';
import { DestinationLocked, InvalidCode, TooManyChecks, VerificationNotFound, WrongCode } from './errors.ts';
import { isLocked } from './limits.ts';
import type { AnsweredVerification } from './number-of.ts';
import { lockVerifications, saveVerifications, type VerificationKey } from './store.ts';
import type { VerificationRow } from './table.ts';
import { decideCheck } from './verification.ts';

export interface NewCheck extends VerificationKey {
  /** Who checks sees no verification of the other mode. */
  mode: Mode;
  /** Absent: a handset's text, which is noted as such. */
  by?: Actor;
  /** Of whoever typed it. */
  address?: string | undefined;
  code: string;
  /** Which code it should be: typed, or texted from the handset. Default `code`. */
  use?: CodeUse;
  /** The account's services, for the rules of the one that the verification belongs to. */
  services: readonly Service[];
}

interface CheckedNumber {
  destination: DestinationState;
  sealed?: Buffer;
}

/** What a batch of checks knows, all of it locked, and what it changes. */
export interface CheckBatch {
  app: App;
  now: number;
  /** By `verificationName`. */
  verifications: Map<string, VerificationRow>;
  /** By `destinationName`. */
  destinations: Map<string, DestinationState>;
  /** Where their codes went. */
  numbers: Map<VerificationId, CheckedNumber>;
  changed: Set<VerificationRow>;
  touched: Set<DestinationState>;
  /** What goes into the audit log. */
  done: DoneAct[];
  /** What may be somebody's guesses. */
  first: FirstCheck[];
  journal: Journal;
}

/**
 * Commits a batch of checks in one transaction. Nobody hears of a comparison before the check that
 * it cost is committed, and the rows are locked from before the first look until then, so parallel
 * checks are looked at one after the other.
 */
export async function commitChecks(
  app: App,
  checks: readonly NewCheck[],
): Promise<readonly (AnsweredVerification | Error)[]> {
  const { results, first, journal, transactionId } = await transaction(
    app.lanes,
    (tx) => readBatch(app, tx, checks),
    async (tx, batch) => {
      const results = checks.map((check) => decideOneCheck(batch, check));
      return {
        results,
        first: batch.first,
        journal: batch.journal,
        transactionId: await writeChecks(tx, batch),
      };
    },
  );
  publishJournal(app, journal, transactionId);
  for (const check of first) app.single(createCheckWatch).note(check);
  return results;
}

async function readBatch(app: App, tx: Tx, checks: readonly NewCheck[]): Promise<CheckBatch> {
  const [numbered, verifications] = await Promise.all([
    lockDestinationsOf(tx, checks),
    lockVerifications(tx, checks),
  ]);
  return createCheckBatch(app, numbered, verifications);
}

/** @param numbered the destinations of the verifications; all are locked, and stay so until the checks are written */
export function createCheckBatch(
  app: App,
  numbered: readonly (Omit<NumberedDestination, 'numberSealed'> & { numberSealed?: Buffer })[],
  verifications: readonly VerificationRow[],
): CheckBatch {
  const now = app.clock();
  return {
    app,
    now,
    destinations: new Map(numbered.map(({ destination }) => [destinationName(destination), destination])),
    numbers: new Map(
      numbered.map(({ verificationId, destination, numberSealed: sealed }) => [
        verificationId,
        { destination, ...(sealed && { sealed }) },
      ]),
    ),
    verifications: new Map(verifications.map((v) => [verificationName(v), v])),
    changed: new Set(),
    touched: new Set(),
    done: [],
    first: [],
    journal: createJournal(now),
  };
}

/** A string that is equal for equal keys. */
export function verificationName({ accountId, id }: VerificationKey): string {
  return `${accountId}/${id}`;
}

/** Writes what was decided. @returns the transaction's id; undefined when nothing happened */
export async function writeChecks(tx: Tx, batch: CheckBatch): Promise<string | undefined> {
  const [transactionId] = await Promise.all([
    commitJournal(tx, batch.journal),
    saveDestinations(tx, [...batch.touched]),
    saveVerifications(tx, [...batch.changed]),
    appendAudit(tx, mergeActs(batch.done), batch.now),
  ]);
  return transactionId;
}

/** Decides one check, behind all those of the batch before it. @returns the verification, approved, or why it is not */
export function decideOneCheck(batch: CheckBatch, check: NewCheck): AnsweredVerification | Error {
  const { app, now, journal } = batch;
  const v = batch.verifications.get(verificationName(check));
  if (v?.mode !== check.mode) return new VerificationNotFound();
  const ended = endedError(v);
  if (ended) return ended;

  const number = batch.numbers.get(v.id);
  // Without one its number has gone before its time was up: nothing is known against it.
  const destination = number?.destination;
  const settings = check.services.find((service) => service.id === v.serviceId)?.settings;
  if (settings && destination && isLocked(v, destination, settings)) return new DestinationLocked();
  const code = readCode(check.code, v.codeLength, v.codeAlphabet);
  if (code === undefined && v.expiresAt.getTime() > now) return new InvalidCode(v.codeLength, v.codeAlphabet);

  const expected = codeOf(app.keys, v, check.use ?? 'code');
  const pending = { checksUsed: v.checksUsed, maxChecks: v.maxChecks, expiresAt: v.expiresAt.getTime() };
  const outcome = decideCheck(pending, code !== undefined && sameCode(expected, code), now);
  batch.changed.add(v);
  const { by: actor, accountId, id: target, address } = check;
  if (outcome.kind !== 'expired' && actor && v.mode === 'live' && v.checksUsed === 0)
    batch.first.push({ accountId, address, wrong: outcome.kind !== 'approved' });
  const note = (result: Outcome) => {
    if (actor) batch.done.push({ accountId, actor, action: 'verification.check', outcome: result, target });
  };
  const noted = <E extends DomainError>(error: E): E => {
    note(error.code);
    return asRecorded(error);
  };
  switch (outcome.kind) {
    case 'expired':
      end(v, 'expired', now);
      journal.record('VerificationExpired', v);
      return noted(endedError(v)!);
    case 'approved':
      v.checksUsed += 1;
      end(v, 'approved', now);
      journal.record('VerificationApproved', v);
      if (destination && destination.failedChecks > 0) {
        destination.failedChecks = 0;
        batch.touched.add(destination);
      }
      note('ok');
      return { ...v, ...(number?.sealed && { number: { sealed: number.sealed } }) };
    case 'wrongCode':
    case 'exhausted':
      v.checksUsed += 1;
      if (outcome.kind === 'exhausted') end(v, 'max_checks_reached', now);
      journal.record('CodeRejected', v);
      if (destination && v.mode === 'live') {
        destination.failedChecks += 1;
        batch.touched.add(destination);
      }
      return noted(outcome.kind === 'exhausted' ? new TooManyChecks() : new WrongCode(outcome.checksLeft));
    default:
      throw new Error(`unhandled outcome: ${outcome satisfies never}`);
  }
}

function end(v: VerificationRow, status: 'expired' | 'approved' | 'max_checks_reached', now: number): void {
  v.status = status;
  v.settledAt = new Date(now);
}

import { changeConfiguration } from '../accounts/change-configuration.ts';
import { findAccount } from '../accounts/find-account.ts';
import {
  readRetentionDays,
  retentionDaysInUse,
  saveRetentionDays,
  type RetentionDays,
} from '../accounts/retention-days.ts';
import { changedIn } from '../audit/act.ts';
import type { Doer } from '../audit/actor.ts';
import { InvalidInput } from '../errors.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { findContradiction, findRefusal, type Refusal } from './allowed.ts';
import { byKind, classesOf, DEFAULT_RETENTION, KINDS, type Kind, type Retention } from './classes.ts';
import { makeClass } from './make-class.ts';

export async function readRetention(app: App, accountId: AccountId): Promise<Retention> {
  return fromDays(await findAccount(app, accountId));
}

/**
 * For how long new things are kept from now on. What is stored already keeps the time that it was stored with.
 * @throws {InvalidInput} that names the kind
 */
export async function setRetention(
  app: App,
  who: Doer,
  input: Partial<Record<Kind, number | undefined>>,
): Promise<Retention> {
  const { accountId } = who;
  refuse(findRefusal(input));
  for (const kind of KINDS) {
    const kept = classesOf(kind).find(({ days }) => days === input[kind]);
    // Before a row can need one.
    if (kept) await makeClass(app, kind, kept);
  }
  return changeConfiguration(app, who, 'account.set_retention', async (tx, act) => {
    const before = fromDays(await readRetentionDays(tx, accountId));
    const after = { ...before, ...withoutAbsent(input) };
    refuse(findContradiction(after));
    await saveRetentionDays(tx, accountId, toDays(after));
    act.on(accountId, { ...after, ...changedIn(before, after) });
    return after;
  });
}

/** Of each kind the classes that somebody's new rows are in; those of the defaults always. */
export async function readClassesInUse(app: App): Promise<Readonly<Record<Kind, ReadonlySet<number>>>> {
  const all = [...(await retentionDaysInUse(app.sql)).map(fromDays), DEFAULT_RETENTION];
  return byKind((kind) => new Set(all.map((one) => one[kind])));
}

function refuse(refusal: Refusal | undefined): void {
  if (refusal) throw new InvalidInput(refusal.kind, refusal.reason);
}

function fromDays(days: RetentionDays): Retention {
  return byKind((kind) => days[`${kind}Days`]);
}

function toDays(kept: Retention): RetentionDays {
  return Object.fromEntries(KINDS.map((kind) => [`${kind}Days`, kept[kind]])) as RetentionDays;
}

function withoutAbsent<T extends object>(input: T): Partial<Retention> {
  return Object.fromEntries(Object.entries(input).filter(([, days]) => days !== undefined));
}

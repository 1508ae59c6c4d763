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
import { CHOICES, CLASSES, DEFAULT_RETENTION, KINDS, type Kind, type Retention } from './classes.ts';
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
  for (const kind of KINDS) {
    const days = input[kind];
    if (days === undefined) continue;
    const kept = CLASSES.find((one) => one.days === days);
    if (!kept) throw new InvalidInput(kind, `Things are kept for ${CHOICES.join(', ')} days.`);
    // Before a row can need one.
    await makeClass(app, kind, kept);
  }
  return changeConfiguration(app, who, 'account.set_retention', async (tx, act) => {
    const before = fromDays(await readRetentionDays(tx, accountId));
    const after = { ...before, ...withoutAbsent(input) };
    await saveRetentionDays(tx, accountId, { phonesDays: after.phones, eventsDays: after.events });
    act.on(accountId, { ...after, ...changedIn(before, after) });
    return after;
  });
}

/** Of each kind the classes that somebody's new rows are in; those of the defaults always. */
export async function readClassesInUse(app: App): Promise<Readonly<Record<Kind, ReadonlySet<number>>>> {
  const all = [...(await retentionDaysInUse(app.sql)).map(fromDays), DEFAULT_RETENTION];
  const used = (kind: Kind) => new Set(all.map((one) => one[kind]));
  return { phones: used('phones'), events: used('events') };
}

function fromDays({ phonesDays, eventsDays }: RetentionDays): Retention {
  return { phones: phonesDays, events: eventsDays };
}

function withoutAbsent<T extends object>(input: T): Partial<Retention> {
  return Object.fromEntries(Object.entries(input).filter(([, days]) => days !== undefined));
}

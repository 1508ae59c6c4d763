import { LRUCache } from 'lru-cache';
import type { AccountId } from '../ids.ts';
import { holderOf } from '../outgoing/address.ts';
import type { App } from '../platform.ts';
import { raiseAbuseAlarm } from './raise.ts';
import { isSpray, SPRAY_RULES, WINDOW_SECONDS, type CheckTally, type SprayScope } from './spray.ts';

/** The first check of a verification that was looked at. */
export interface FirstCheck {
  accountId: AccountId;
  /** Whoever typed it, as the caller says, or else where the caller is. */
  address: string | undefined;
  wrong: boolean;
}

/** Looks for misuse in what checks come to. */
export interface CheckWatch extends AsyncDisposable {
  /** Waits for nobody: 0.8 µs with 50,000 addresses in turn. What is noted is counted together with that of all processes within a second. */
  note(check: FirstCheck): void;
}

// An account hears of a spray within a second or two, and Redis of an account twice a second at most.
const FLUSH_MS = 1_000;
// 30 MB when all of them are in use.
const MAX_KNOWN = 100_000;
/** The others hear of an address from so many wrong ones on: of nearly all addresses they never do. */
const SHARED_FROM: Readonly<Record<SprayScope, number>> = { account: 1, address: 5 };

interface Subject extends CheckTally {
  scope: SprayScope;
  accountId: AccountId;
  /** Empty: the whole account. */
  address: string;
  until: number;
  /** Raises no alarm before: there is one. */
  quietUntil: number;
  /** What the others have been told. */
  told: CheckTally;
}

export function createCheckWatch(app: App): CheckWatch {
  const known = new LRUCache<string, Subject>({ max: MAX_KNOWN });
  const changed = new Set<Subject>();
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<unknown> = Promise.resolve();
  let closed = false;

  function count(scope: SprayScope, accountId: AccountId, address: string, wrong: boolean): void {
    const name = `${accountId}/${address}`;
    const now = app.clock();
    let subject = known.get(name);
    if (!subject || subject.until <= now) {
      subject = {
        ...{ scope, accountId, address, first: 0, wrong: 0, told: { first: 0, wrong: 0 } },
        ...{ until: now + WINDOW_SECONDS * 1_000, quietUntil: 0 },
      };
      known.set(name, subject);
    }
    subject.first += 1;
    if (wrong) subject.wrong += 1;
    if (subject.wrong >= SHARED_FROM[scope]) changed.add(subject);
  }

  /** Adds what is new to the counts of all processes. @returns what these have come to */
  async function share(subject: Subject): Promise<CheckTally> {
    const { accountId, address, told } = subject;
    const first = subject.first - told.first;
    const wrong = subject.wrong - told.wrong;
    subject.told = { first: subject.first, wrong: subject.wrong };
    const name = `checks ${accountId}/${address}`;
    const [all, bad] = await Promise.all([
      app.counter.add(`first ${name}`, first, WINDOW_SECONDS),
      app.counter.add(`wrong ${name}`, wrong, WINDOW_SECONDS),
    ]);
    return { first: all.total, wrong: bad.total };
  }

  async function judge(subject: Subject): Promise<void> {
    const tally = await share(subject);
    if (subject.quietUntil > app.clock() || !isSpray(tally, SPRAY_RULES[subject.scope])) return;
    const { accountId, address } = subject;
    const { first: firstChecks, wrong: wrongChecks } = tally;
    const alarm = { accountId, kind: 'codeSpray', address, firstChecks, wrongChecks } as const;
    subject.quietUntil = await raiseAbuseAlarm(app, alarm);
  }

  function flushSoon(): void {
    if (!closed) timer ??= setTimeout(flush, FLUSH_MS).unref();
  }

  function flush(): void {
    timer = undefined;
    const subjects = [...changed];
    changed.clear();
    flushing = Promise.all(
      subjects.map((subject) =>
        judge(subject).catch((error: unknown) => {
          app.log.error({ err: error }, 'checks were not watched');
          // An alarm that could not be written down is raised when it can.
          changed.add(subject);
          flushSoon();
        }),
      ),
    );
  }

  return {
    note({ accountId, address, wrong }) {
      count('account', accountId, '', wrong);
      if (address !== undefined) count('address', accountId, holderOf(address), wrong);
      if (changed.size > 0) flushSoon();
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      clearTimeout(timer);
      flush();
      await flushing;
    },
  };
}

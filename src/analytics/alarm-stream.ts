import { onCredentialEnd } from '../accounts/credential-end.ts';
import { CredentialInvalid, Forbidden } from '../accounts/errors.ts';
import type { Principal } from '../accounts/principal.ts';
import { alarmChannel } from '../bus/channels.ts';
import { createStream, takeFirst, type Stream } from '../bus/stream.ts';
import type { App } from '../platform.ts';
import { readOpenAlarms, type Alarm } from '../routing/alarms.ts';

/** An alarm as a subscriber gets it. */
export interface AlarmEvent extends Alarm {
  /** The same for the same news, whoever gets it. */
  cursor: string;
}

export type AlarmStream = Stream<AlarmEvent>;

/**
 * The alarms that are open, then each as it is raised or cleared; of one that changes faster than it is read,
 * the newest state. What was missed while the bus was away comes then. Does not complete; fails with
 * {@link CredentialInvalid} when the caller's credential ends.
 * @throws {Forbidden}
 */
export async function watchAlarms(app: App, who: Principal): Promise<AlarmStream> {
  if (who.kind === 'clientToken') throw new Forbidden();
  /** One at most for each thing, in the order in which they became news. */
  const waiting = new Map<string, AlarmEvent>();
  /** What the subscriber was told last of each, or will be. */
  const told = new Map<string, AlarmEvent>();
  const stream = createStream<AlarmEvent>({
    take: () => takeFirst(waiting),
    onEnd() {
      unsubscribe();
      forgetCredential();
    },
  });

  function tell(alarm: Alarm): void {
    const { name } = alarm;
    const before = told.get(name);
    // What was read from the database may be older than what came over the bus.
    if (before && momentOf(before) >= momentOf(alarm)) return;
    const event = { ...alarm, cursor: `${name}/${momentOf(alarm)}` };
    told.set(name, event);
    waiting.delete(name);
    waiting.set(name, event);
    stream.wake();
  }

  async function tellOpen(): Promise<void> {
    const before = [...told.values()].filter(({ clearedAt }) => clearedAt === null);
    const open = await readOpenAlarms(app, who.accountId);
    for (const alarm of open) tell(alarm);
    const names = new Set(open.map(({ name }) => name));
    // Nobody said when: it was over at this moment.
    const clearedAt = new Date(app.clock());
    for (const alarm of before) if (!names.has(alarm.name)) tell({ ...alarm, clearedAt });
  }

  const unsubscribe = await app.bus.subscribe(alarmChannel(who.accountId), {
    onMessage: (payload) => tell(readAlarm(payload)),
    onResync: () =>
      void tellOpen().catch((error: unknown) => app.log.error({ err: error }, 'alarms not caught up with')),
  });
  const forgetCredential = onCredentialEnd(app, who, () => stream.end(new CredentialInvalid()));
  try {
    await tellOpen();
  } catch (error) {
    stream.end();
    throw error;
  }
  return stream;
}

/** When it came to be as it is. */
function momentOf({ raisedAt, clearedAt }: Alarm): number {
  return (clearedAt ?? raisedAt).getTime();
}

function readAlarm(payload: string): Alarm {
  const alarm = JSON.parse(payload) as Omit<Alarm, 'raisedAt' | 'clearedAt'> & {
    raisedAt: string;
    clearedAt: string | null;
  };
  return {
    ...alarm,
    raisedAt: new Date(alarm.raisedAt),
    clearedAt: alarm.clearedAt === null ? null : new Date(alarm.clearedAt),
  };
}

import { onCredentialEnd } from '../accounts/credential-end.ts';
import { CredentialInvalid, Forbidden } from '../accounts/errors.ts';
import type { Principal } from '../accounts/principal.ts';
import { abuseChannel } from '../bus/channels.ts';
import { createStream, takeFirst, type Stream } from '../bus/stream.ts';
import type { App } from '../platform.ts';
import { readAbuseAlarms } from './queries.ts';
import { COOL_DOWN_SECONDS } from './spray.ts';
import type { AbuseAlarm } from './table.ts';

/** An alarm as a subscriber gets it. */
export interface AbuseNews extends AbuseAlarm {
  /** The same for the same alarm, whoever gets it. */
  cursor: string;
}

/**
 * The alarms of the last hour, then each as it is raised; what was missed while the bus was away comes then. Does not
 * complete; fails with {@link CredentialInvalid} when the caller's credential ends.
 * @throws {Forbidden}
 */
export async function watchAbuse(app: App, who: Principal): Promise<Stream<AbuseNews>> {
  if (who.kind === 'clientToken') throw new Forbidden();
  const waiting = new Map<string, AbuseNews>();
  const told = new Set<string>();
  const stream = createStream<AbuseNews>({
    take: () => takeFirst(waiting),
    onEnd() {
      unsubscribe();
      forgetCredential();
    },
  });

  function tell(alarm: AbuseAlarm): void {
    const cursor = `${alarm.kind}/${alarm.address}/${alarm.raisedAt.getTime()}`;
    if (told.has(cursor)) return;
    told.add(cursor);
    waiting.set(cursor, { ...alarm, cursor });
    stream.wake();
  }

  async function tellLatest(): Promise<void> {
    const since = new Date(app.clock() - COOL_DOWN_SECONDS * 1_000);
    for (const alarm of (await readAbuseAlarms(app, who.accountId, since)).reverse()) tell(alarm);
  }

  const unsubscribe = await app.bus.subscribe(abuseChannel(who.accountId), {
    onMessage: (payload) => tell(readAlarm(payload)),
    onResync: () =>
      void tellLatest().catch((error: unknown) => app.log.error({ err: error }, 'alarms not caught up with')),
  });
  const forgetCredential = onCredentialEnd(app, who, () => stream.end(new CredentialInvalid()));
  try {
    await tellLatest();
  } catch (error) {
    stream.end();
    throw error;
  }
  return stream;
}

function readAlarm(payload: string): AbuseAlarm {
  const alarm = JSON.parse(payload) as Omit<AbuseAlarm, 'raisedAt'> & { raisedAt: string };
  return { ...alarm, raisedAt: new Date(alarm.raisedAt) };
}

import type { EventType } from '../events/catalog.ts';
import { TailEventsDocument, type TailEventsSubscription } from '../graphql/generated/graphql.ts';
import type { Session } from './connect.ts';
import type { ExitCode } from './exit.ts';
import { followAccount, type FollowOptions } from './follow.ts';
import { labelOf, timeOfDay } from './output.ts';
import { wordsOf } from './verify.ts';

export interface TailOptions extends FollowOptions {
  /** Only these. */
  types?: readonly EventType[] | undefined;
}

type Event = TailEventsSubscription['accountEvents'];

/** Everything that happens in the account, live. @throws {OtpostError} */
export function tail(session: Session, { types, ...rest }: TailOptions): Promise<ExitCode> {
  const { output, transport, settings } = session;
  return followAccount(session, rest, {
    begin: () =>
      output.note(`What happens at ${settings.url}, from ${rest.after ?? 'now on'}. Ctrl-C ends it.`),
    async *open(after, signal) {
      for await (const { accountEvents } of transport.stream(TailEventsDocument, { after }, signal))
        yield accountEvents;
    },
    take(event) {
      if (types && !types.includes(event.__typename)) return false;
      const { __typename: type, ...said } = event;
      output.result({ type, ...said }, describe(session, event));
      return true;
    },
  });
}

function describe({ output }: Session, event: Event): string {
  const { verification: v } = event;
  const message = 'message' in event ? event.message : undefined;
  return [
    output.paint('dim', timeOfDay(event.occurredAt)),
    v.id,
    v.to.padEnd(16),
    wordsOf(event.__typename).padEnd(22),
    message?.sender ? `from ${message.sender}` : '',
  ]
    .filter((part) => part !== '')
    .join('  ')
    .trimEnd()
    .concat(labelOf(event.mode));
}

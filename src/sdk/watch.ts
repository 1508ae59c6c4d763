import { WatchDocument, type WatchSubscription } from './generated/graphql.ts';
import { resuming, type ResumeOptions } from './resume.ts';
import type { Transport } from './transport.ts';

/** Something that happened to a verification; `type` says what. */
export type VerificationEvent = Renamed<WatchSubscription['event']>;
type Renamed<Event> = Event extends { __typename: infer Type }
  ? Omit<Event, '__typename'> & { type: Type }
  : never;

/** Without `after` everything comes from the first event on. */
export type WatchOptions = ResumeOptions;

/**
 * Everything that happens to a verification, each thing once and in its order, until nothing more can happen.
 * Whatever breaks on the way is waited for and resumed behind the last event, however long it takes.
 * @throws {OtpostError} what waiting does not mend: the credential is over, the verification is not there
 */
export function watch(
  transport: Transport,
  verificationId: string,
  options: WatchOptions = {},
): AsyncGenerator<VerificationEvent, void, void> {
  async function* open(after: string | null) {
    const stream = transport.stream(WatchDocument, { verificationId, after }, options.signal);
    for await (const { event } of stream) {
      const { __typename: type, ...rest } = event;
      yield { ...rest, type } as VerificationEvent;
    }
  }
  return resuming(open, options);
}

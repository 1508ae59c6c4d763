import { onCredentialEnd } from '../accounts/credential-end.ts';
import { CredentialInvalid, Forbidden } from '../accounts/errors.ts';
import type { Principal } from '../accounts/principal.ts';
import { batchChannel } from '../bus/channels.ts';
import { createStream, type Stream } from '../bus/stream.ts';
import type { BatchId } from '../ids.ts';
import type { App } from '../platform.ts';
import { BatchNotFound } from './errors.ts';
import { readProgress, type BatchProgress } from './progress.ts';
import { findBatch } from './queries.ts';

/** How far a batch is, as a subscriber gets it. */
export interface BatchEvent extends BatchProgress {
  /** The same for the same news, whoever gets it. */
  cursor: string;
}

export type BatchStream = Stream<BatchEvent>;

/** For news that got lost while the bus was away for a moment. */
const LOOK_MS = 5_000;

/**
 * How far a batch is: now, then as it gets on, a slow reader the newest. Completes when nothing of it can change any
 * more; fails with {@link CredentialInvalid} when the caller's credential ends.
 * @throws {Forbidden | BatchNotFound}
 */
export async function watchBatch(app: App, who: Principal, id: BatchId): Promise<BatchStream> {
  if (who.kind === 'clientToken') throw new Forbidden();
  const first = await findBatch(app, who, id);
  if (!first) throw new BatchNotFound();
  let newest: BatchProgress | undefined;
  let told = 0;
  let isLast = false;
  const stream = createStream<BatchEvent>({
    take() {
      if (isLast) stream.end();
      if (!newest) return undefined;
      const event = { ...newest, cursor: `${id}/${newest.version}` };
      isLast = newest.finishedAt !== null;
      newest = undefined;
      return event;
    },
    onEnd() {
      clearInterval(timer);
      unsubscribe();
      forgetCredential();
    },
  });

  function tell(batch: BatchProgress): void {
    if (batch.id !== id || batch.version <= told) return;
    told = batch.version;
    newest = batch;
    stream.wake();
  }

  const look = (): void =>
    void findBatch(app, who, id).then(
      (batch) => (batch ? tell(batch) : stream.end(new BatchNotFound())),
      (error: unknown) => app.log.error({ err: error }, 'a batch was not looked at'),
    );

  const timer = setInterval(look, LOOK_MS).unref();
  const unsubscribe = await app.bus.subscribe(batchChannel(who.accountId), {
    onMessage: (payload) => tell(readProgress(payload)),
    onResync: look,
  });
  const forgetCredential = onCredentialEnd(app, who, () => stream.end(new CredentialInvalid()));
  tell(first);
  // What happened between the first look and the subscription.
  look();
  return stream;
}

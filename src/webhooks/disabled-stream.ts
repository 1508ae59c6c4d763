import { onCredentialEnd } from '../accounts/credential-end.ts';
import { CredentialInvalid, Forbidden } from '../accounts/errors.ts';
import type { Principal } from '../accounts/principal.ts';
import { webhookDisabledChannel } from '../bus/channels.ts';
import { createStream, takeFirst, type Stream } from '../bus/stream.ts';
import type { WebhookEndpointId } from '../ids.ts';
import type { App } from '../platform.ts';
import { listWebhookEndpoints } from './queries.ts';

/** An endpoint that nothing is sent to any more, not because somebody wanted that. */
export interface DisabledNews {
  endpointId: WebhookEndpointId;
  /** The same for the same news, whoever gets it. */
  cursor: string;
}

export type DisabledStream = Stream<DisabledNews>;

/**
 * The endpoints that were disabled by what they answered, then each as it is. Does not complete; fails with
 * {@link CredentialInvalid} when the caller's credential ends.
 * @throws {Forbidden}
 */
export async function watchDisabledEndpoints(app: App, who: Principal): Promise<DisabledStream> {
  if (who.kind === 'clientToken') throw new Forbidden();
  /** One at most for each endpoint. */
  const waiting = new Map<string, DisabledNews>();
  const told = new Set<string>();
  const stream = createStream<DisabledNews>({
    take: () => takeFirst(waiting),
    onEnd() {
      unsubscribe();
      forgetCredential();
    },
  });

  async function look(): Promise<void> {
    for (const { id, disabledAt, disabledReason } of await listWebhookEndpoints(app, who)) {
      if (disabledAt === null || disabledReason === 'owner') continue;
      const cursor = `${id}/${disabledAt.getTime()}`;
      if (told.has(cursor)) continue;
      told.add(cursor);
      waiting.set(id, { endpointId: id, cursor });
    }
    if (waiting.size > 0) stream.wake();
  }
  const lookQuietly = (): void =>
    void look().catch((error: unknown) => app.log.error({ err: error }, 'disabled endpoints were not read'));

  const unsubscribe = await app.bus.subscribe(webhookDisabledChannel(who.accountId), {
    onMessage: lookQuietly,
    onResync: lookQuietly,
  });
  const forgetCredential = onCredentialEnd(app, who, () => stream.end(new CredentialInvalid()));
  try {
    await look();
  } catch (error) {
    stream.end();
    throw error;
  }
  return stream;
}

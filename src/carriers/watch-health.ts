import { onCredentialEnd } from '../accounts/credential-end.ts';
import { CredentialInvalid, Forbidden } from '../accounts/errors.ts';
import type { Principal } from '../accounts/principal.ts';
import { createStream, takeFirst, type Stream } from '../bus/stream.ts';
import type { CarrierId } from '../ids.ts';
import type { App } from '../platform.ts';
import { CarrierNotFound } from './errors.ts';
import type { OverallHealth } from './health.ts';
import { createHealthBoard } from './health-board.ts';
import { listCarriers } from './queries.ts';

export type HealthStream = Stream<OverallHealth>;

/** How a carrier of the account stands now. */
export function carrierHealth(app: App, { accountId }: Principal, id: CarrierId): OverallHealth {
  return app.single(createHealthBoard).of(accountId, id);
}

/**
 * How the account's carriers stand now, then whatever changes: at once when one has something new to say,
 * every second or two while its numbers move. A slow reader gets the newest state of each carrier and
 * none of those between. Does not complete; fails with {@link CredentialInvalid} when the caller's credential ends.
 * @param ids which carriers; absent: all of the account, those of later included
 * @throws {CarrierNotFound | Forbidden}
 */
export async function watchCarrierHealth(
  app: App,
  who: Principal,
  ids?: readonly CarrierId[],
): Promise<HealthStream> {
  if (who.kind === 'clientToken') throw new Forbidden();
  const known = (await listCarriers(app, who)).map(({ id }) => id);
  if (ids?.some((id) => !known.includes(id))) throw new CarrierNotFound();
  return openStream(app, who, ids ?? known, ids && new Set(ids));
}

function openStream(
  app: App,
  who: Principal,
  first: readonly CarrierId[],
  only: ReadonlySet<CarrierId> | undefined,
): HealthStream {
  const board = app.single(createHealthBoard);
  /** One at most for each carrier, in the order in which they became news. */
  const waiting = new Map<CarrierId, OverallHealth>(first.map((id) => [id, board.of(who.accountId, id)]));
  const stream = createStream<OverallHealth>({
    take: () => takeFirst(waiting),
    onEnd() {
      unwatch();
      forgetCredential();
    },
  });
  const unwatch = board.watch(who.accountId, (health) => {
    if (only && !only.has(health.carrierId)) return;
    waiting.set(health.carrierId, health);
    stream.wake();
  });
  const forgetCredential = onCredentialEnd(app, who, () => stream.end(new CredentialInvalid()));
  return stream;
}

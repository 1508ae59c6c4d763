import { findAccount } from '../accounts/find-account.ts';
import type { Principal } from '../accounts/principal.ts';
import { checkResidency } from '../carriers/check-residency.ts';
import { findCarrier } from '../carriers/queries.ts';
import { InvalidInput } from '../errors.ts';
import type { RouteId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { RouteNotFound } from '../routing/errors.ts';
import { findRoutes } from '../routing/queries.ts';
import type { AnsweredVerification } from '../verifications/number-of.ts';
import { startVerification } from '../verifications/start.ts';

export interface TryRouteInput {
  routeId: RouteId;
  /** A phone number as a person types it. */
  to: string;
  serviceId?: ServiceId | undefined;
}

/**
 * Sends a message over one route, to see its way: a verification like any other, under the same rules, whose message
 * takes no other route and teaches routing nothing.
 * @throws {RouteNotFound | CarrierOutsideResidency | InvalidInput} and what a start throws
 */
export async function tryRoute(
  app: App,
  who: Principal,
  { routeId, to, serviceId }: TryRouteInput,
): Promise<AnsweredVerification> {
  const [route] = await findRoutes(app, who, [routeId]);
  if (!route) throw new RouteNotFound();
  if (!route.enabled)
    throw new InvalidInput('routeId', 'This route is not enabled: updateRoute takes it into use.');
  // No message would leave by it: better said now than in what becomes of one.
  const [carrier, { residency }] = await Promise.all([
    findCarrier(app, who, route.carrierId),
    findAccount(app, who.accountId),
  ]);
  checkResidency(residency, carrier!.region, 'routeId');
  return startVerification(app, who, {
    ...{ to, channel: 'sms', serviceId },
    pinnedTo: routeId,
    isWithoutToken: true,
  });
}

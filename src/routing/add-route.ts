import { findAccount } from '../accounts/find-account.ts';
import type { Doer } from '../audit/actor.ts';
import { checkResidency } from '../carriers/check-residency.ts';
import { CarrierNotFound } from '../carriers/errors.ts';
import { findCarrier } from '../carriers/queries.ts';
import { newId } from '../crypto/new-id.ts';
import type { App } from '../platform.ts';
import { makeRoute, saveRoute, type NewRoute } from './save-route.ts';
import type { RouteRow } from './table.ts';

/**
 * Adds a route over a carrier of the account.
 * @throws {CarrierNotFound | CarrierOutsideResidency | NameTaken | InvalidInput}
 */
export async function addRoute(app: App, who: Doer, input: NewRoute): Promise<RouteRow> {
  const { accountId } = who;
  const carrier = await findCarrier(app, who, input.carrierId);
  if (!carrier) throw new CarrierNotFound();
  checkResidency((await findAccount(app, accountId)).residency, carrier.region, 'carrierId');
  const id = newId('rte', app.clock());
  return saveRoute(app, who, 'route.add', { id }, () => makeRoute(app, { accountId, id }, input));
}

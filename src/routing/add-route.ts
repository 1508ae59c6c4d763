import type { Doer } from '../audit/actor.ts';
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
  const id = newId('rte', app.clock());
  const make = () => makeRoute(app, { accountId, id }, input);
  return saveRoute(app, who, 'route.add', { id }, make, 'carrierId');
}

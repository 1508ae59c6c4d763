import type { Doer } from '../audit/actor.ts';
import { CarrierNotFound } from '../carriers/errors.ts';
import { findCarrier } from '../carriers/queries.ts';
import { newId } from '../crypto/new-id.ts';
import type { App } from '../platform.ts';
import { makeRoute, saveRoute, type NewRoute } from './save-route.ts';
import type { RouteRow } from './table.ts';

/** Adds a route over a carrier of the account. @throws {CarrierNotFound | NameTaken | InvalidInput} */
export async function addRoute(app: App, who: Doer, input: NewRoute): Promise<RouteRow> {
  const { accountId } = who;
  if (!(await findCarrier(app, who, input.carrierId))) throw new CarrierNotFound();
  const id = newId('rte', app.clock());
  return saveRoute(app, who, 'route.add', { id }, () => makeRoute(app, { accountId, id }, input));
}

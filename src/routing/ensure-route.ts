import { bySystem } from '../audit/actor.ts';
import { newId } from '../crypto/new-id.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { makeRoute, saveRoute, type NewRoute } from './save-route.ts';
import type { RouteRow } from './table.ts';

/**
 * Adds a route, or replaces the one of that name: for a program that may run again, as a seed does. It
 * stays out of use if it was.
 * @throws {CarrierOutsideResidency | InvalidInput}
 */
export async function ensureRoute(app: App, accountId: AccountId, input: NewRoute): Promise<RouteRow> {
  const which = { name: input.name.trim() };
  const make = (before: RouteRow | undefined) => {
    if (!before) return makeRoute(app, { accountId, id: newId('rte', app.clock()) }, input);
    const { createdAt, enabled } = before;
    return { ...makeRoute(app, before, input), createdAt, enabled };
  };
  return saveRoute(app, bySystem(accountId), 'route.add', which, make, 'carrierId');
}

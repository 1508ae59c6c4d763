import type { Doer } from '../audit/actor.ts';
import type { RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import { RouteNotFound } from './errors.ts';
import { changeRoute, saveRoute, type RouteChange } from './save-route.ts';
import type { RouteRow } from './table.ts';

/**
 * Changes a route; what is absent stays.
 * @throws {RouteNotFound | CarrierOutsideResidency | NameTaken | InvalidInput}
 */
export async function updateRoute(app: App, who: Doer, id: RouteId, change: RouteChange): Promise<RouteRow> {
  const make = (before: RouteRow | undefined) => {
    if (!before) throw new RouteNotFound();
    return changeRoute(before, change);
  };
  return saveRoute(app, who, 'route.update', { id }, make, change.enabled ? 'enabled' : undefined);
}

import type { Principal } from '../accounts/principal.ts';
import type { App } from '../platform.ts';
import { createAlarmDirectory, type Alarm } from '../routing/alarms.ts';
import { listRoutes } from '../routing/queries.ts';
import type { RoutingQuality } from './routing-quality.ts';

/** The alarms that last, by the groups that they are about: of the route, of its carrier, or of the place. */
export async function alarmsOf(
  app: App,
  who: Principal,
  groups: readonly RoutingQuality[],
): Promise<Alarm[][]> {
  const alarms = await app.single(createAlarmDirectory).of(who.accountId);
  if (alarms.length === 0) return groups.map(() => []);
  const carriers = new Map((await listRoutes(app, who)).map(({ id, carrierId }) => [id, carrierId]));
  return groups.map(({ routeId, country, operator }) =>
    alarms.filter((alarm) => {
      if (alarm.country !== null)
        return alarm.country === country && (alarm.operator === null || alarm.operator === operator);
      if (routeId === undefined) return false;
      return alarm.routeId === routeId || alarm.carrierId === carriers.get(routeId);
    }),
  );
}

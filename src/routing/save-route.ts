import { and, eq, ne } from 'drizzle-orm';
import { z } from 'zod';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import { changedIn } from '../audit/act.ts';
import type { AuditAction } from '../audit/actions.ts';
import type { Doer } from '../audit/actor.ts';
import { checkCarriers } from '../carriers/check-carriers.ts';
import type { CarrierOutsideResidency } from '../carriers/errors.ts';
import { NameTaken, readName } from '../errors.ts';
import type { AccountId, CarrierId, RouteId } from '../ids.ts';
import { Countries } from '../numbers/country.ts';
import type { App } from '../platform.ts';
import { readInput } from '../read-input.ts';
import { ServiceSettings } from '../services/settings.ts';
import { Operators, readPrices } from './price-list.ts';
import { openRoute, sealRoute } from './sealed.ts';
import { routes, type RouteRow } from './table.ts';

/** What is absent stays. */
export type RouteChange = {
  [Name in 'name' | 'priority' | 'countries' | 'operators' | 'sender' | 'price' | 'enabled']?:
    RouteRow[Name] | undefined;
} & {
  /** As they came from outside. */
  prices?: unknown;
};

export interface NewRoute extends RouteChange {
  carrierId: CarrierId;
  /** Unique in the account. */
  name: string;
  /** 1 is tried first. */
  priority: number;
}

const Fields = z.object({
  priority: z.int().min(1).max(1_000),
  countries: Countries,
  sender: ServiceSettings.shape.sender.unwrap().nullable(),
  operators: Operators,
  price: z.number().min(0).max(1_000),
});

/** A route with a change to it. @throws {InvalidInput} */
export function changeRoute(before: RouteRow, change: RouteChange): RouteRow {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const after = { ...before, ...given };
  readInput(Fields, after);
  return { ...after, name: readName(after.name), prices: readPrices(after.prices) };
}

/** A whole route; it serves all countries with the service's sender if nothing else is said. @throws {InvalidInput} */
export function makeRoute(
  app: App,
  { accountId, id }: { accountId: AccountId; id: RouteId },
  { carrierId, name, priority, ...more }: NewRoute,
): RouteRow {
  const plain = { countries: null, operators: null, price: 0, prices: null, enabled: true };
  const sender = { sender: null, senderSealed: null };
  const createdAt = new Date(app.clock());
  return changeRoute({ accountId, id, carrierId, name, priority, ...plain, ...sender, createdAt }, more);
}

/**
 * Writes what `make` makes of a route; nobody changes the account's routes meanwhile, and every worker
 * follows at once.
 * @param action what that is called in the audit log
 * @param use what of the input takes it into use, and with it its carrier; none when it only changes
 * @throws {NameTaken | CarrierNotFound | CarrierOutsideResidency}
 */
export async function saveRoute(
  app: App,
  who: Doer,
  action: Extract<AuditAction, `route.${string}`>,
  which: { id: RouteId } | { name: string },
  make: (before: RouteRow | undefined) => RouteRow,
  use?: CarrierOutsideResidency['field'],
): Promise<RouteRow> {
  const ours = eq(routes.accountId, who.accountId);
  const one = 'id' in which ? eq(routes.id, which.id) : eq(routes.name, which.name);
  return changeConfiguration(app, who, action, async (tx, act) => {
    const [stored] = await tx.select().from(routes).where(and(ours, one));
    const before = stored && (await openRoute(app, stored));
    const row = make(before);
    if (use) await checkCarriers(tx, who.accountId, [row.carrierId], use);
    const same = and(ours, eq(routes.name, row.name), ne(routes.id, row.id));
    if ((await tx.select({ id: routes.id }).from(routes).where(same)).length > 0) throw new NameTaken();
    const target = [routes.accountId, routes.id];
    const sealed = await sealRoute(app, row);
    await tx.insert(routes).values(sealed).onConflictDoUpdate({ target, set: sealed });
    act.on(row.id, before ? changedIn(before, row) : { carrier: row.carrierId });
    return row;
  });
}

import { and, eq, ne } from 'drizzle-orm';
import { isSupportedCountry } from 'libphonenumber-js';
import { z } from 'zod';
import { lockConfiguration } from '../accounts/lock-configuration.ts';
import type { Principal } from '../accounts/principal.ts';
import { CONFIG_CHANNEL } from '../bus/channels.ts';
import { CarrierNotFound } from '../carriers/errors.ts';
import { findCarrier } from '../carriers/queries.ts';
import { newId } from '../crypto/new-id.ts';
import { InvalidInput, NameTaken, readName } from '../errors.ts';
import type { CarrierId, RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import { ServiceSettings } from '../services/settings.ts';
import { RouteNotFound } from './errors.ts';
import { Operators, readPrices } from './price-list.ts';
import { routes } from './table.ts';

type RouteRow = typeof routes.$inferSelect;

/** What is absent stays. */
export type RouteChange = {
  [Name in 'name' | 'priority' | 'countries' | 'operators' | 'sender' | 'price' | 'enabled']?:
    RouteRow[Name] | undefined;
} & {
  /** As they came from outside. */
  prices?: unknown;
};

const Fields = z.object({
  priority: z.int().min(1).max(1_000),
  countries: z
    .array(z.string().refine(isSupportedCountry, 'a country is two capital letters (ISO 3166-1), e.g. HR'))
    .min(1)
    .max(250)
    .nullable(),
  sender: ServiceSettings.shape.sender.unwrap().nullable(),
  operators: Operators,
  price: z.number().min(0).max(1_000),
});

/** Adds a route to a carrier of the account. @throws {CarrierNotFound | NameTaken | InvalidInput} */
export async function createRoute(
  app: App,
  who: Principal,
  carrierId: CarrierId,
  input: RouteChange & { name: string; priority: number },
): Promise<RouteRow> {
  if (!(await findCarrier(app, who, carrierId))) throw new CarrierNotFound();
  const now = app.clock();
  const nowhere = { countries: null, operators: null, sender: null, prices: null };
  const blank = { ...nowhere, price: 0, enabled: true, createdAt: new Date(now) };
  const id = newId('rte', now);
  const row = { ...blank, ...change(input), accountId: who.accountId, id, carrierId } as RouteRow;
  await save(app, who, id, () => check(row));
  return row;
}

/** @throws {RouteNotFound | NameTaken | InvalidInput} */
export async function updateRoute(
  app: App,
  who: Principal,
  id: RouteId,
  input: RouteChange,
): Promise<RouteRow> {
  return save(app, who, id, (before) => {
    if (!before) throw new RouteNotFound();
    return check({ ...before, ...change(input) });
  });
}

async function save(
  app: App,
  { accountId }: Principal,
  id: RouteId,
  make: (before: RouteRow | undefined) => RouteRow,
): Promise<RouteRow> {
  const saved = await app.db.transaction(async (tx) => {
    await lockConfiguration(tx, accountId);
    const ours = eq(routes.accountId, accountId);
    const [before] = await tx
      .select()
      .from(routes)
      .where(and(ours, eq(routes.id, id)));
    const row = make(before);
    const same = and(ours, eq(routes.name, row.name), ne(routes.id, id));
    if ((await tx.select({ id: routes.id }).from(routes).where(same)).length > 0) throw new NameTaken();
    const target = [routes.accountId, routes.id];
    await tx.insert(routes).values(row).onConflictDoUpdate({ target, set: row });
    return row;
  });
  app.bus.publish([{ channel: CONFIG_CHANNEL, payload: accountId }]);
  return saved;
}

function change(input: RouteChange): RouteChange {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function check(row: Omit<RouteRow, 'prices'> & { prices: unknown }): RouteRow {
  const read = Fields.safeParse(row);
  if (read.success) return { ...row, name: readName(row.name), prices: readPrices(row.prices) };
  const issue = read.error.issues[0]!;
  throw new InvalidInput(issue.path.join('.'), `${issue.message}.`);
}

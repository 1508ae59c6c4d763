import { and, eq, isNotNull, ne, or } from 'drizzle-orm';
import { setCurrency } from '../accounts/currency.ts';
import type { AccountRow } from '../accounts/table.ts';
import type { Doer } from '../audit/actor.ts';
import type { App } from '../platform.ts';
import { routes } from './table.ts';

/**
 * From now on all amounts of the account are in this currency. Nothing is converted: refused while routes have
 * prices, which would mean something else at once.
 * @throws {InvalidInput}
 */
export async function changeCurrency(app: App, who: Doer, currency: string): Promise<AccountRow> {
  const priced = and(eq(routes.accountId, who.accountId), or(ne(routes.price, 0), isNotNull(routes.prices)));
  return setCurrency(app, who, currency, async (tx) => {
    const found = await tx.select({ id: routes.id }).from(routes).where(priced).limit(1);
    return found.length > 0;
  });
}

import { and, isNotNull, ne } from 'drizzle-orm';
import type { App } from '../platform.ts';
import { accounts } from './table.ts';

/**
 * A database of another region, from a backup or a wrong address, is not to be served from here.
 * @throws {Error} in one line, that names the regions
 */
export async function refuseOtherRegions({ db, region }: Pick<App, 'db' | 'region'>): Promise<void> {
  if (region === undefined) return;
  const others = await db
    .selectDistinct({ residency: accounts.residency })
    .from(accounts)
    .where(and(isNotNull(accounts.residency), ne(accounts.residency, region)));
  if (others.length === 0) return;
  const names = others.map(({ residency }) => residency).sort();
  throw new Error(
    `REGION is ${region}, but accounts of this database are to stay in ${names.join(' and ')}. Check DATABASE_URL, and where its data came from.`,
  );
}

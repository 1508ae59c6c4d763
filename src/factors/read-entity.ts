import type { Principal } from '../accounts/principal.ts';
import { searchByNumber } from '../audit/search-by-number.ts';
import type { ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { EntityNotFound } from './errors.ts';
import { mayHoldNumber } from './numbers-in.ts';
import { findEntity, identityIn, lookUpEntity, type Entity, type EntityName } from './queries.ts';

/**
 * An entity, for somebody who only reads. By an identity that may be a phone number that is a search by it: whoever
 * sees the identity masked would find it out by trying. By its sid it is none.
 * @throws {EntityNotFound | TooManySearches}
 */
export async function readEntity(
  app: App,
  who: Principal,
  serviceId: ServiceId,
  name: EntityName,
): Promise<Entity> {
  if (!mayHoldNumber(identityIn(name))) return findEntity(app, who, serviceId, name);
  const find = () => lookUpEntity(app, who, serviceId, name);
  const found = await searchByNumber(app, who, 'entity.search', find, (one) => (one ? [one.id] : []));
  if (!found) throw new EntityNotFound();
  return found;
}

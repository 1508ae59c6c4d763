import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { Doer } from '../audit/actor.ts';
import { newId } from '../crypto/new-id.ts';
import { InvalidInput, NameTaken } from '../errors.ts';
import type { ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { ServiceNotFound } from '../services/errors.ts';
import { checkLimit, MAX_LIMITS, type LimitInput } from './input.ts';
import { limits, type LimitRow } from './table.ts';

/**
 * Adds a limit to a service. Without buckets it lets everything through.
 * @throws {ServiceNotFound | InvalidInput | NameTaken}
 */
export async function addLimit(
  app: App,
  who: Doer,
  serviceId: ServiceId,
  { name, description = null }: LimitInput,
): Promise<LimitRow> {
  checkLimit({ name, description });
  const now = app.clock();
  const { accountId } = who;
  const [createdAt, updatedAt] = [new Date(now), new Date(now)];
  const row = { accountId, id: newId('lim', now), serviceId, name, description, createdAt, updatedAt };
  return changeConfiguration(app, who, 'limit.add', async (tx, act) => {
    act.on(row.id);
    const service = await tx.query.services.findFirst({ where: { accountId, id: serviceId } });
    if (!service) throw new ServiceNotFound();
    const others = await tx.query.limits.findMany({ where: { accountId, serviceId } });
    if (others.some((other) => other.name === name)) throw new NameTaken();
    if (others.length >= MAX_LIMITS)
      throw new InvalidInput('uniqueName', `A service has at most ${MAX_LIMITS} limits.`);
    await tx.insert(limits).values(row);
    return row;
  });
}

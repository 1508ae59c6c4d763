import type { Principal } from '../../accounts/principal.ts';
import type { ServiceId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { ServiceNotFound, VerificationNotFound } from '../../verifications/errors.ts';
import { findVerification } from '../../verifications/queries.ts';
import type { VerificationRow } from '../../verifications/table.ts';
import { idOfSid } from './sids.ts';

/** @throws {ServiceNotFound} when it is the sid of none */
export function serviceIdOf({ ServiceSid }: Readonly<Record<string, string>>): ServiceId {
  const id = idOfSid('svc', ServiceSid ?? '');
  if (!id) throw new ServiceNotFound();
  return id;
}

/**
 * A verification of a service.
 * @throws {VerificationNotFound} also when it is of another service of the account
 */
export async function findOf(
  app: App,
  who: Principal,
  serviceId: ServiceId,
  sid: string,
): Promise<VerificationRow> {
  const id = idOfSid('vrf', sid);
  const row = id && (await findVerification(app, who, id));
  if (row?.serviceId !== serviceId) throw new VerificationNotFound();
  return row;
}

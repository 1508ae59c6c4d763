import { parseId, type ServiceId } from '../ids.ts';
import { ServiceNotFound } from './errors.ts';

/** The service that somebody names; undefined: they name none. @throws {ServiceNotFound} when no service can be called so */
export function readServiceId(text: string | null | undefined): ServiceId | undefined {
  if (text == null) return undefined;
  const id = parseId('svc', text);
  if (!id) throw new ServiceNotFound();
  return id;
}

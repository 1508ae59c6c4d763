import { z } from 'zod';
import { InvalidInput } from '../errors.ts';
import { readInput } from '../read-input.ts';
import { isText, ServiceSettings, type ServiceSettingsInput } from './settings.ts';

const ServiceName = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .refine((name) => isText(name) && !name.includes('\n'));

/** Settings that are made of several, each of which may be changed alone. */
const GROUPS = ['retry', 'failover', 'totp'] as const;
type Group = (typeof GROUPS)[number];

type Change<Settings> = { [Name in keyof Settings]?: Settings[Name] | null };

/** Settings as a caller changes them: `null` goes back to the default, what is absent stays. */
export type ServiceSettingsChange = Change<Omit<ServiceSettingsInput, Group>> & {
  [Name in Group]?: Change<NonNullable<ServiceSettingsInput[Name]>> | null;
};

/** @throws {InvalidInput} */
export function readServiceName(name: string): string {
  const read = ServiceName.safeParse(name);
  if (!read.success)
    throw new InvalidInput('name', 'A service has a name of 1 to 60 characters, in one line.');
  return read.data;
}

/**
 * Applies a change to the stored settings; only what differs from a default is kept.
 * @throws {InvalidInput} that names the setting and what is allowed
 */
export function changeSettings(
  stored: ServiceSettingsInput,
  change: ServiceSettingsChange,
): ServiceSettingsInput {
  const changed = given({ ...stored, ...change });
  for (const name of GROUPS) if (change[name]) changed[name] = given({ ...stored[name], ...change[name] });
  readInput(ServiceSettings, changed, 'settings');
  return changed;
}

/** Without what has no value. */
function given(settings: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]: [string, unknown]) => value !== null && value !== undefined),
  );
}

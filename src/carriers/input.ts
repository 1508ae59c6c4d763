import { z } from 'zod';
import { InvalidInput } from '../errors.ts';
import { CarrierConfig, type CarrierConfigInput } from './config.ts';
import type { TypedKind } from './kinds.ts';
import { readInput } from '../read-input.ts';
import type { SlaInput } from './sla.ts';
import type { CarrierRow } from './table.ts';

/** A carrier as it came from outside: nothing of it is known to be right. */
export interface CarrierInput {
  /** Unique in the account. */
  name?: string | undefined;
  config?: unknown;
  /** Changes of the configuration of a carrier of one kind, from the field of that name, in the place of `config`. */
  typed?: { kind: TypedKind['kind']; config: unknown } | undefined;
  /** By name; SMPP has one, `password`. */
  secrets?: unknown;
  enabled?: boolean | undefined;
  /** Where its messages leave, e.g. `EU`; null = not known, and closed to accounts with a residency. */
  region?: string | null | undefined;
  /** Whether each country's sender rules are checked before a message goes this way; null: as when it is absent. */
  senderRules?: CarrierRow['senderRules'] | null | undefined;
  /** Null: nothing is promised. */
  sla?: SlaInput | null | undefined;
}

const Members = z.record(z.string(), z.unknown());

/** @throws {InvalidInput} that names the field by its path */
export function readConfig(input: CarrierConfigInput, field = 'config'): CarrierConfig {
  return readInput(CarrierConfig, input, field);
}

/** @throws {InvalidInput} */
export function readMembers(config: unknown): Record<string, unknown> {
  const read = Members.safeParse(config);
  if (!read.success) throw new InvalidInput('config', 'A configuration is a JSON object.');
  return read.data;
}

/** Without the members that are null: they have their defaults. */
export function given(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

import { InvalidInput } from '../errors.ts';
import { isNetwork, isWithin } from '../outgoing/networks.ts';
import type { Mode } from './mode.ts';
import {
  ALL_PERMISSIONS,
  holds,
  isForTests,
  TEST_PERMISSIONS,
  withImplied,
  type Permission,
} from './permissions.ts';
import type { PersonPrincipal, Principal } from './principal.ts';

/** What a key may do, from where, and until when; null = without bounds. */
export interface Rights {
  mode: Mode;
  permissions: readonly Permission[] | null;
  /** In CIDR form. */
  networks: readonly string[] | null;
  expiresAt: Date | null;
}

/** As somebody types them: absent = without bounds, or as it was. */
export interface RightsInput {
  permissions?: readonly Permission[] | null | undefined;
  /** In CIDR form, or single addresses. */
  networks?: readonly string[] | null | undefined;
  expiresAt?: Date | null | undefined;
}

const MAX_NETWORKS = 50;

/** @throws {InvalidInput} */
export function readRights(input: RightsInput, before: Rights, now: number): Rights {
  const { mode } = before;
  return {
    mode,
    permissions:
      input.permissions === undefined ? before.permissions : readPermissions(input.permissions, mode),
    networks: input.networks === undefined ? before.networks : readNetworks(input.networks),
    expiresAt: input.expiresAt === undefined ? before.expiresAt : readEnd(input.expiresAt, now),
  };
}

/** Them for the audit log. Networks are counted only. */
export function noteRights({ mode, permissions, networks, expiresAt }: Rights) {
  return {
    mode,
    permissions: permissions ?? 'all',
    networks: networks?.length ?? 'all',
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}

export const ALL_RIGHTS: Rights = { mode: 'live', permissions: null, networks: null, expiresAt: null };

/** What of somebody says what they can give. */
export type Giving =
  Pick<PersonPrincipal, 'kind' | 'role' | 'permissions'> | Exclude<Principal, { kind: 'person' }>;

/** Which of the rights go beyond what somebody has, who therefore cannot give them. */
export function beyond(who: Giving, rights: Rights): Exclude<keyof Rights, 'mode'> | undefined {
  const all = rights.mode === 'test' ? TEST_PERMISSIONS : ALL_PERMISSIONS;
  const asked = rights.permissions ? [...withImplied(rights.permissions)] : all;
  // An owner answers for the account and gives what no person has: all that will ever be, and every number in full.
  if (who.kind === 'person' && who.role === 'owner') return undefined;
  if (who.kind === 'person') {
    // They reveal one number at a time, and each is noted; a key would see all. What a test key reveals are numbers of tests.
    const own = (one: Permission) => (one === 'numbers:reveal' ? rights.mode === 'test' : holds(who, one));
    return (rights.permissions || rights.mode === 'test') && asked.every(own) ? undefined : 'permissions';
  }
  if (who.kind !== 'apiKey') return 'permissions';
  // All that there are today is less than all: a permission that comes later would be a gift.
  if (who.permissions && !rights.permissions) return 'permissions';
  if (!asked.every((permission) => holds(who, permission))) return 'permissions';
  const own = who.networks;
  const stays = (network: string) => own!.some((wide) => isWithin(network, wide));
  if (own && !rights.networks?.every(stays)) return 'networks';
  const end = rights.expiresAt?.getTime() ?? Infinity;
  return end > (who.expiresAt?.getTime() ?? Infinity) ? 'expiresAt' : undefined;
}

function readPermissions(
  permissions: readonly Permission[] | null,
  mode: Mode,
): readonly Permission[] | null {
  if (permissions?.length === 0)
    throw new InvalidInput('permissions', 'A key has at least one permission. null gives it all of them.');
  const live = mode === 'test' ? permissions?.find((permission) => !isForTests(permission)) : undefined;
  if (live !== undefined)
    throw new InvalidInput(
      'permissions',
      `A test key cannot have ${live}. It may have ${TEST_PERMISSIONS.join(', ')}.`,
    );
  return permissions && ALL_PERMISSIONS.filter((permission) => permissions.includes(permission));
}

function readNetworks(texts: readonly string[] | null): readonly string[] | null {
  if (texts === null) return null;
  if (texts.length === 0 || texts.length > MAX_NETWORKS)
    throw new InvalidInput(
      'networks',
      `A key is used from 1 to ${MAX_NETWORKS} networks, or with null from all.`,
    );
  return texts.map((text) => {
    const network = text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;
    if (isNetwork(network)) return network;
    const rule =
      'A network is written 203.0.113.0/24 or 2001:db8::/32 (none wider than /8 or /7), or is an address.';
    throw new InvalidInput('networks', rule);
  });
}

function readEnd(expiresAt: Date | null, now: number): Date | null {
  if (expiresAt && expiresAt.getTime() <= now)
    throw new InvalidInput('expiresAt', 'A key ends at a time to come. To end it now, revoke it.');
  return expiresAt;
}

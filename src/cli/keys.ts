import type { Permission as PermissionName } from '../accounts/permissions.ts';
import {
  ApiKeysDocument,
  CreateApiKeyDocument,
  RevokeApiKeyDocument,
  RotateApiKeyDocument,
  type ApiKeyProfileFragment,
  type Mode,
  type Permission,
} from '../graphql/generated/graphql.ts';
import { expectType, type Session } from './connect.ts';
import { table } from './output.ts';

const PAGE = 100;
const HEADS = ['ID', 'NAME', 'MODE', 'BEGINS', 'MAY', 'MADE BY', 'LAST USED', ''];

/** All keys, newest first. @throws {OtpostError} */
export async function listKeys({ transport, output, interrupts }: Session): Promise<void> {
  const keys: ApiKeyProfileFragment[] = [];
  for (let after: string | null = null; ;) {
    const answer: { apiKeys: { nodes: ApiKeyProfileFragment[]; pageInfo: PageInfo } } = await transport.ask(
      ApiKeysDocument,
      { first: PAGE, after },
      interrupts.signal,
    );
    keys.push(...answer.apiKeys.nodes);
    const { hasNextPage, endCursor } = answer.apiKeys.pageInfo;
    if (!hasNextPage || !endCursor) break;
    after = endCursor;
  }
  if (output.json) for (const key of keys) output.result(key, '');
  else output.result({}, table([HEADS, ...keys.map(rowOf)]));
}

interface PageInfo {
  hasNextPage: boolean;
  endCursor?: string | null | undefined;
}

export interface NewKey {
  name: string;
  mode: Mode;
  /** Undefined: everything. */
  permissions: readonly PermissionName[] | undefined;
  networks: readonly string[] | undefined;
  /** Seconds from now; undefined: it does not end. */
  endsIn: number | undefined;
}

/** Makes a key. Its secret is the only thing on stdout, so that a script can keep it. @throws {OtpostError} */
export async function createKey(session: Session, key: NewKey): Promise<void> {
  const input = {
    name: key.name,
    mode: key.mode,
    permissions: key.permissions?.map(enumOf) ?? null,
    networks: key.networks ? [...key.networks] : null,
    expiresAt: key.endsIn === undefined ? null : new Date(Date.now() + key.endsIn * 1_000).toISOString(),
  };
  const { createApiKey } = await session.transport.ask(CreateApiKeyDocument, { input });
  const { apiKey, secret } = expectType(createApiKey, 'NewApiKey');
  session.output.note(`${apiKey.id}  ${apiKey.name}. Keep its secret now: it is not shown again.`);
  session.output.result({ ...apiKey, secret }, secret);
}

/** @param overlapSeconds how long the old secret goes on working @throws {OtpostError} */
export async function rotateKey(session: Session, apiKeyId: string, overlapSeconds: number): Promise<void> {
  const { rotateApiKey } = await session.transport.ask(RotateApiKeyDocument, {
    input: { apiKeyId, overlapSeconds },
  });
  const { apiKey, secret } = expectType(rotateApiKey, 'NewApiKey');
  const until = apiKey.previousEndsAt ? `works until ${apiKey.previousEndsAt}` : 'is over';
  session.output.note(
    `${apiKey.id}  ${apiKey.name}. The old secret ${until}; the new one is not shown again.`,
  );
  session.output.result({ ...apiKey, secret }, secret);
}

/** @param evenLast also when nobody can manage keys then @throws {OtpostError} */
export async function revokeKey(session: Session, apiKeyId: string, evenLast: boolean): Promise<void> {
  const { revokeApiKey } = await session.transport.ask(RevokeApiKeyDocument, {
    input: { apiKeyId, evenLast },
  });
  const { __typename, ...key } = expectType(revokeApiKey, 'ApiKey');
  session.output.result(key, `${key.id}  ${key.name}  revoked`);
}

function rowOf(key: ApiKeyProfileFragment): string[] {
  const may = key.permissions?.map(nameOf).join(' ') ?? 'everything';
  const ended = key.revokedAt ? 'revoked' : key.expiresAt ? `until ${key.expiresAt}` : '';
  const mode = key.mode.toLowerCase();
  const used = key.lastUsedAt ?? 'never';
  return [String(key.id), key.name, mode, key.hint ?? '', may, makerOf(key), used, ended];
}

/** `per_…`, `key_…`, or who that is without an id. */
function makerOf({ createdBy }: ApiKeyProfileFragment): string {
  if (!createdBy) return 'unknown';
  return createdBy.kind === 'SYSTEM' ? 'system' : String(createdBy.id);
}

/** `services:read` as the schema writes it. */
function enumOf(permission: PermissionName): Permission {
  return permission.replace(':', '_').toUpperCase() as Permission;
}

function nameOf(permission: Permission): string {
  return permission.toLowerCase().replace(/_(?=[a-z]+$)/, ':');
}

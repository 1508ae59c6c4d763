import { testPermissions, withImplied } from './permissions.ts';
import type { ApiKeyPrincipal } from './principal.ts';
import type { ApiKeyRow } from './table.ts';

/**
 * Whom a key stands for.
 * @param secretEndsAt of a secret that was rotated away
 */
export function keyPrincipal(row: ApiKeyRow, secretEndsAt: Date | null): ApiKeyPrincipal {
  const isTest = row.mode === 'test';
  const permissions = isTest
    ? testPermissions(row.permissions)
    : row.permissions && withImplied(row.permissions);
  const ends = [row.expiresAt, secretEndsAt].flatMap((end) => (end ? [end.getTime()] : []));
  return {
    kind: 'apiKey',
    accountId: row.accountId,
    apiKeyId: row.id,
    ...(row.generation > 0 && { generation: row.generation }),
    ...(isTest && { mode: 'test' }),
    ...(permissions && { permissions }),
    ...(row.networks && { networks: row.networks }),
    ...(ends.length > 0 && { expiresAt: new Date(Math.min(...ends)) }),
  };
}

import type { IdPrefix } from '../ids.ts';

/** A column whose values are sealed under data keys of their accounts. */
export interface SealedColumn {
  table: string;
  column: string;
  /** What names a row besides its account; absent when the account has one row. */
  row?: { column: string; prefix: IdPrefix };
  /** The `column` that its values are bound to (`SealedAt`); where there are several, older ones come last. */
  boundTo: readonly string[];
}

/** All of them; a column `…_sealed` of a table that is missing here fails a test. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    table: 'carriers',
    column: 'secrets_sealed',
    row: { column: 'id', prefix: 'car' },
    boundTo: ['secrets', 'password'],
  },
  { table: 'number_lookup_configs', column: 'secrets_sealed', boundTo: ['secrets'] },
  {
    table: 'inbound_messages',
    column: 'from_sealed',
    row: { column: 'id', prefix: 'inb' },
    boundTo: ['from'],
  },
  {
    table: 'inbound_messages',
    column: 'text_sealed',
    row: { column: 'id', prefix: 'inb' },
    boundTo: ['text'],
  },
  {
    table: 'webhook_endpoints',
    column: 'secrets_sealed',
    row: { column: 'id', prefix: 'whk' },
    boundTo: ['secrets'],
  },
  {
    table: 'oauth_signing_keys',
    column: 'private_key_sealed',
    row: { column: 'id', prefix: 'sig' },
    boundTo: ['private_key'],
  },
  { table: 'verifications', column: 'to_sealed', row: { column: 'id', prefix: 'vrf' }, boundTo: ['to'] },
];

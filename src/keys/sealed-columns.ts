import type { IndexPurpose } from '../crypto/keyring.ts';
import type { IdPrefix } from '../ids.ts';

/** A column whose values are sealed under data keys of their accounts, or of the installation. */
export interface SealedColumn {
  /** With its schema, where that is another than `public`. */
  table: string;
  column: string;
  /** Its rows belong to no account, so they have no `account_id`, and are sealed as those of the installation. */
  ofInstallation?: true;
  /** What names a row besides its account; absent when the account has one row. */
  row?: { column: string; prefix: IdPrefix };
  /** The `table` that its values are bound to (`SealedAt`), when it is another one. */
  boundTable?: string;
  /** Where versions from before it was sealed left its values in the clear. */
  clear?: {
    column: string;
    /** The column with its blind index, which is made of the account and the value. */
    index?: { column: string; purpose: IndexPurpose };
  };
  /** The `column` that its values are bound to (`SealedAt`); where there are several, older ones come last. */
  boundTo: readonly string[];
}

const OF_PEOPLE = { ofInstallation: true, row: { column: 'id', prefix: 'per' } } as const;
const OF_SIGN_IN = { ofInstallation: true, row: { column: 'id', prefix: 'sgn' } } as const;

/** All of them; a column `…_sealed` of a table that is missing here fails a test. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    table: 'carriers',
    column: 'secrets_sealed',
    row: { column: 'id', prefix: 'car' },
    boundTo: ['secrets', 'password'],
  },
  {
    table: 'services',
    column: 'settings_sealed',
    row: { column: 'id', prefix: 'svc' },
    clear: { column: 'settings' },
    boundTo: ['settings'],
  },
  {
    table: 'routes',
    column: 'sender_sealed',
    row: { column: 'id', prefix: 'rte' },
    clear: { column: 'sender' },
    boundTo: ['sender'],
  },
  {
    table: 'senders',
    column: 'value_sealed',
    row: { column: 'id', prefix: 'snd' },
    clear: { column: 'value', index: { column: 'value_index', purpose: 'sender' } },
    boundTo: ['value'],
  },
  {
    table: 'sender_registrations',
    column: 'sender_sealed',
    row: { column: 'id', prefix: 'reg' },
    clear: { column: 'sender', index: { column: 'sender_index', purpose: 'sender' } },
    boundTo: ['sender'],
  },
  {
    table: 'sender_registrations',
    column: 'references_sealed',
    row: { column: 'id', prefix: 'reg' },
    clear: { column: 'references' },
    boundTo: ['references'],
  },
  { table: 'number_lookup_configs', column: 'secrets_sealed', boundTo: ['secrets'] },
  {
    table: 'vault.inbound_messages',
    column: 'from_sealed',
    row: { column: 'id', prefix: 'inb' },
    boundTable: 'inbound_messages',
    boundTo: ['from'],
  },
  {
    table: 'vault.inbound_messages',
    column: 'text_sealed',
    row: { column: 'id', prefix: 'inb' },
    boundTable: 'inbound_messages',
    boundTo: ['text'],
  },
  {
    table: 'entities',
    column: 'identity_sealed',
    row: { column: 'id', prefix: 'ent' },
    boundTo: ['identity'],
  },
  { table: 'factors', column: 'name_sealed', row: { column: 'id', prefix: 'fac' }, boundTo: ['name'] },
  { table: 'factors', column: 'secret_sealed', row: { column: 'id', prefix: 'fac' }, boundTo: ['secret'] },
  {
    table: 'webhook_endpoints',
    column: 'url_sealed',
    row: { column: 'id', prefix: 'whk' },
    clear: { column: 'url' },
    boundTo: ['url'],
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
  {
    table: 'audit_keys',
    column: 'private_key_sealed',
    row: { column: 'id', prefix: 'sig' },
    boundTo: ['private_key'],
  },
  {
    table: 'vault.numbers',
    column: 'number_sealed',
    row: { column: 'verification_id', prefix: 'vrf' },
    boundTable: 'verifications',
    boundTo: ['to'],
  },
  {
    table: 'vault.batch_chunks',
    column: 'rows_sealed',
    row: { column: 'id', prefix: 'bch' },
    boundTo: ['rows'],
  },
  { table: 'people', column: 'email_sealed', ...OF_PEOPLE, boundTo: ['email'] },
  { table: 'people', column: 'name_sealed', ...OF_PEOPLE, boundTo: ['name'] },
  {
    table: 'invitations',
    column: 'email_sealed',
    row: { column: 'id', prefix: 'inv' },
    boundTo: ['email'],
  },
  { table: 'person_challenges', column: 'value_sealed', ...OF_SIGN_IN, boundTo: ['value'] },
  { table: 'person_passkeys', column: 'name_sealed', ...OF_SIGN_IN, boundTo: ['name'] },
  { table: 'person_totp', column: 'secret_sealed', ...OF_SIGN_IN, boundTo: ['secret'] },
  { table: 'person_totp', column: 'backup_codes_sealed', ...OF_SIGN_IN, boundTo: ['backup_codes'] },
];

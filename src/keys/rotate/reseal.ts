import { KeyDestroyed, UnknownKey } from '../../crypto/errors.ts';
import type { Keyring } from '../../crypto/keyring.ts';
import { openOctets, sealOctets } from '../../crypto/seal.ts';
import { readHeader } from '../../crypto/sealed-format.ts';
import { idFromUuid, type AccountId } from '../../ids.ts';
import type { SealedColumn } from '../sealed-columns.ts';

/** A row with a sealed value. */
export interface SealedRow {
  account_id: string;
  row: string;
  sealed: Buffer | null;
}

/** What is to be done about a value. */
export type Resealing =
  /** It is under the current key, or there is none. */
  | { kind: 'current' }
  | { kind: 'resealed'; sealed: Buffer }
  /** Its key was destroyed, so that nobody can read it: it stays as it is. */
  | { kind: 'erased' }
  /** It cannot be opened. `keyId` is of the account, or in version 1 of the installation; undefined: it is no sealed value. */
  | { kind: 'unreadable'; keyId: string | undefined; isDataKey: boolean };

/** Seals a value anew under its account's current key. */
export function reseal(
  keys: Keyring,
  column: SealedColumn,
  { account_id, row, sealed }: SealedRow,
): Resealing {
  if (sealed === null) return { kind: 'current' };
  const account = idFromUuid('acc', account_id);
  let header: ReturnType<typeof readHeader>;
  try {
    header = readHeader(sealed);
  } catch {
    return { kind: 'unreadable', keyId: undefined, isDataKey: false };
  }
  const unreadable = { kind: 'unreadable', keyId: header.keyId, isDataKey: header.isDataKey } as const;
  if (!hasKey(keys, account)) return unreadable;
  if (header.isDataKey && header.keyId === keys.sealing(account).id) return { kind: 'current' };
  for (const boundTo of column.boundTo) {
    const at = { account, table: column.table, column: boundTo, row: rowName(column, account, row) };
    try {
      return { kind: 'resealed', sealed: sealOctets(keys, openOctets(keys, sealed, at), at) };
    } catch (error) {
      if (error instanceof KeyDestroyed) return { kind: 'erased' };
    }
  }
  return unreadable;
}

/** Whether an account's values can be sealed here. */
export function hasKey(keys: Keyring, account: AccountId): boolean {
  try {
    return keys.sealing(account) !== undefined;
  } catch (error) {
    if (error instanceof UnknownKey) return false;
    throw error;
  }
}

function rowName({ row: named }: SealedColumn, account: AccountId, row: string): string {
  return named ? idFromUuid(named.prefix, row) : account;
}

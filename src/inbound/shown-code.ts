import type { App } from '../platform.ts';
import { codeOf } from '../verifications/code-of.ts';
import { readVerifications, type VerificationKey } from '../verifications/store.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { findInboundNumber } from './numbers.ts';

const BATCH = { maxBatchSize: 100, lanes: 2 };

type Shown = Pick<VerificationRow, 'accountId' | 'id' | 'serviceId' | 'country' | 'channel' | 'status'>;

/** What the destination has to text, while it is waited for; null otherwise. */
export async function inboundCodeOf(app: App, v: Shown): Promise<string | null> {
  if (!isWaiting(v)) return null;
  // A row of the API leaves out what codes are made from; one of an event or a verb has it.
  const row = 'codeNonce' in v ? (v as VerificationRow) : await app.batched(readCodeRecipes, BATCH).add(v);
  return codeOf(app.keys, row, 'inbound-code');
}

/** Where the destination has to text it; null when it is not waited for, or we have no number any more. */
export async function inboundNumberOf(app: App, v: Shown): Promise<string | null> {
  if (!isWaiting(v)) return null;
  return (await findInboundNumber(app, v.accountId, v.serviceId, v.country)) ?? null;
}

function isWaiting({ channel, status }: Shown): boolean {
  return channel === 'inbound_sms' && status === 'pending';
}

async function readCodeRecipes(app: App, keys: readonly VerificationKey[]) {
  const rows = new Map((await readVerifications(app.sql, keys)).map((row) => [row.id, row]));
  return keys.map(({ id }) => rows.get(id) ?? new Error(`no verification ${id}`));
}

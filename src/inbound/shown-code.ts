import type { App } from '../platform.ts';
import { codeOf } from '../verifications/code-of.ts';
import { codeRowOf } from '../verifications/code-row.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { findInboundNumber } from './numbers.ts';

type Shown = Pick<VerificationRow, 'accountId' | 'id' | 'serviceId' | 'country' | 'channel' | 'status'>;

/** What the destination has to text, while it is waited for; null otherwise. */
export async function inboundCodeOf(app: App, v: Shown): Promise<string | null> {
  if (!isWaiting(v)) return null;
  return codeOf(app.keys, await codeRowOf(app, v), 'inbound-code');
}

/** Where the destination has to text it; null when it is not waited for, or we have no number any more. */
export async function inboundNumberOf(app: App, v: Shown): Promise<string | null> {
  if (!isWaiting(v)) return null;
  return (await findInboundNumber(app, v.accountId, v.serviceId, v.country)) ?? null;
}

function isWaiting({ channel, status }: Shown): boolean {
  return channel === 'inbound_sms' && status === 'pending';
}

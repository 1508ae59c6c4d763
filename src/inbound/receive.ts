import type { CarrierInbound } from '../carriers/carrier.ts';
import { withKeys } from '../crypto/with-keys.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createServiceDirectory } from '../services/directory.ts';
import { readSender } from './addresses.ts';
import { PARTS_MS, REPEAT_BY_ID_MS, REPEAT_MS, sealPart } from './arrivals.ts';
import { commitInbound } from './commit-inbound.ts';
import type { Inbound } from './inbound.ts';
import { readKeyword } from './keywords.ts';
import { createInboundNumberDirectory, matchNumber } from './numbers.ts';
import { redactCodes } from './redact-codes.ts';

// One lane: what somebody texted first is decided first.
const BATCH = { maxBatchSize: 200, lanes: 1, paceMs: 5 };

/**
 * Takes a message from a handset, or a part of one. It is stored, and has done what it does, once the
 * promise resolves: only then may the carrier forget it. One that comes again changes nothing.
 */
export async function receiveInbound(app: App, accountId: AccountId, message: CarrierInbound): Promise<void> {
  const [numbers, services] = await Promise.all([
    app.single(createInboundNumberDirectory).of(accountId),
    app.single(createServiceDirectory).of(accountId),
  ]);
  const { carrierId, part, receivedAt } = message;
  const number = matchNumber(numbers, carrierId, message.to);
  const e164 = readSender(message.from, number?.country ?? null);
  const from = e164 ?? message.from.trim();
  const text = redactCodes(message.text);
  const conversation = app.keys.blindIndex('inbound', carrierId, from, message.to);
  const arrival = app.keys.blindIndex('inbound', carrierId, from, message.to, ...identityOf(message));
  const key = { accountId, arrival };
  const total = part?.total ?? 1;
  const sealed =
    part && (await withKeys(app.keys, () => sealPart(app.keys, key, { from, to: message.to, text })));
  const inbound: Inbound = {
    ...key,
    conversation,
    carrierId,
    total,
    part: part?.number ?? 1,
    parts: part && sealed !== undefined ? { [part.number]: sealed } : {},
    marks: part ? { [part.number]: app.keys.blindIndex('inbound', message.text).toString('base64') } : {},
    receivedAt,
    expiresAt: new Date(receivedAt.getTime() + memoryMs(message)),
    isRepeatable: message.id === undefined && !part,
    from,
    sender: e164 === undefined ? null : app.keys.blindIndex('destination', accountId, e164),
    ourNumber: number?.number ?? message.to.trim(),
    number,
    text,
    said: message.text,
    keyword: part ? undefined : readKeyword(message.text),
    services,
  };
  await app.batched(commitInbound, BATCH).add(inbound);
}

/** What tells a message from the others of its conversation. */
function identityOf({ id, part, text }: CarrierInbound): string[] {
  if (part) return ['part', String(part.reference), String(part.total)];
  return id === undefined ? ['text', text] : ['id', id];
}

function memoryMs({ id, part }: CarrierInbound): number {
  if (part) return PARTS_MS;
  return id === undefined ? REPEAT_MS : REPEAT_BY_ID_MS;
}

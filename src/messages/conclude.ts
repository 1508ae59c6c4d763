import type { Tx } from '../db/client.ts';
import { isSecondConnection } from '../db/holding.ts';
import { isOutage } from '../db/outage.ts';
import { runBatch } from '../db/rowset.ts';
import type { Journal } from '../events/journal.ts';
import { idFromUuid, type VerificationId } from '../ids.ts';
import { findInboundNumber } from '../inbound/numbers.ts';
import type { App } from '../platform.ts';
import { findService } from '../services/directory.ts';
import { KEYS, type VerificationKey } from '../verifications/store.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { nextChannel, type Channel } from '../verifications/verification.ts';
import { isSettled, type Unreachable } from './message.ts';
import type { MessageRow } from './table.ts';

/** What a batch of facts is about, all of it locked. */
interface Concerned {
  verifications: ReadonlyMap<VerificationId, VerificationRow>;
  messages: ReadonlyMap<string, MessageRow>;
  /** Those that nothing can be sent for, and why. */
  unreachable: ReadonlyMap<VerificationRow, Unreachable>;
}

const MESSAGES_OF = `
  SELECT m.verification_id, replace(m.id::text, '-', '') AS id, m.status FROM messages m
  JOIN ${KEYS.from} ON m.account_id IS NOT DISTINCT FROM n.account_id AND m.verification_id = n.id`;

/**
 * What becomes of verifications whose last message came to nothing: one whose service names a next
 * channel goes on over that; of the others those end whose number cannot be reached. A message that may
 * still arrive keeps everything as it is.
 */
export async function concludeUndelivered(
  app: App,
  tx: Tx,
  journal: Journal,
  { verifications, messages, unreachable }: Concerned,
  now: number,
): Promise<void> {
  const next = new Map<VerificationRow, Channel>();
  const unclear = new Set<VerificationRow>();
  for (const id of withMessageOver(journal)) {
    const verification = verifications.get(id)!;
    if (!isOverSms(verification)) continue;
    try {
      const channel = await nextChannelOf(app, verification);
      if (channel) next.set(verification, channel);
    } catch (error) {
      // What the carrier said has to be noted, whatever its service is stored as. The verification stays pending.
      if (isOutage(error) || isSecondConnection(error)) throw error;
      unclear.add(verification);
      const { accountId } = verification;
      app.log.error({ err: error, accountId, verificationId: id }, 'the next channel cannot be read');
    }
  }
  const ending = [...unreachable.keys()].filter((v) => isOverSms(v) && !unclear.has(v));
  const candidates = [...new Set([...next.keys(), ...ending])];
  for (const verification of await withoutHope(tx, candidates, messages)) {
    const channel = next.get(verification);
    if (channel) {
      verification.channel = channel;
      journal.record('ChannelChanged', verification);
    } else {
      verification.status = 'failed';
      verification.failureReason = unreachable.get(verification)!;
      verification.settledAt = new Date(now);
      journal.record('VerificationFailed', verification);
    }
  }
}

function isOverSms({ status, channel }: VerificationRow): boolean {
  return status === 'pending' && channel === 'sms';
}

function withMessageOver({ entries }: Journal): Set<VerificationId> {
  return new Set(
    entries.flatMap(({ type, verification }) =>
      type === 'MessageUndelivered' || type === 'MessageFailed' ? [verification.id] : [],
    ),
  );
}

/** The channel behind the verification's own, if it can be gone over. */
async function nextChannelOf(app: App, v: VerificationRow): Promise<Channel | undefined> {
  const service = await findService(app, v.accountId, v.serviceId);
  const channel = service && nextChannel(service.settings.channels, v.channel);
  if (channel !== 'inbound_sms') return undefined;
  const number = await findInboundNumber(app, v.accountId, v.serviceId, v.country);
  return number === undefined ? undefined : channel;
}

/** Those of which no message can arrive any more. */
async function withoutHope(
  tx: Tx,
  verifications: readonly VerificationRow[],
  inBatch: ReadonlyMap<string, MessageRow>,
): Promise<VerificationRow[]> {
  if (verifications.length === 0) return [];
  const rows = await runBatch<VerificationKey, RawStatus>(tx, MESSAGES_OF, KEYS, verifications);
  const hopeful = new Set(
    rows.flatMap(({ verification_id, id, status: stored }) => {
      const status = inBatch.get(`msg_${id}`)?.status ?? stored;
      return status === 'delivered' || !isSettled(status) ? [idFromUuid('vrf', verification_id)] : [];
    }),
  );
  return verifications.filter(({ id }) => !hopeful.has(id));
}

interface RawStatus {
  verification_id: string;
  id: string;
  status: MessageRow['status'];
}

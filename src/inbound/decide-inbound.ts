import type { VerificationId } from '../ids.ts';
import { blockPending } from '../verifications/block.ts';
import { codeOf } from '../verifications/code-of.ts';
import { sameCode } from '../verifications/code.ts';
import { decideOneCheck, verificationName, type CheckBatch } from '../verifications/commit-checks.ts';
import { destinationName } from '../verifications/destinations.ts';
import { optOutName, type OptOut } from '../verifications/opt-outs.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { findCodes } from './find-codes.ts';
import type { Inbound } from './inbound.ts';
import type { InboundKind } from './table.ts';

/** What a batch changes of the opt-outs: of each scope the last word counts. */
export interface OptOutChanges {
  added: OptOut[];
  removed: OptOut[];
}

export interface DecidedInbound {
  kind: InboundKind;
  verificationId: VerificationId | null;
}

/** Decides what a message is, and does it: it changes the batch and the opt-outs. */
export function decideInbound(batch: CheckBatch, inbound: Inbound, changes: OptOutChanges): DecidedInbound {
  const { keyword } = inbound;
  switch (keyword) {
    case 'opt_out':
    case 'opt_in':
      changeOptOut(inbound, keyword, changes);
      if (keyword === 'opt_out')
        for (const v of pendingOf(batch, inbound)) if (v.channel === 'sms') blockPending(batch, v);
      return { kind: keyword, verificationId: null };
    case 'help':
      return { kind: keyword, verificationId: null };
    case undefined: {
      const verificationId = checkCodes(batch, inbound);
      return { kind: verificationId ? 'verification' : 'message', verificationId: verificationId ?? null };
    }
    default:
      throw new Error(`unhandled keyword: ${keyword satisfies never}`);
  }
}

/** The codes that the sender's pending verifications have, of both uses: they must not be kept. */
export function codesOfSender(batch: CheckBatch, inbound: Inbound): ReadonlySet<string> {
  const { keys } = batch.app;
  return new Set(
    pendingOf(batch, inbound).flatMap((v) => [codeOf(keys, v, 'code'), codeOf(keys, v, 'inbound-code')]),
  );
}

/** Of the service whose number was texted, else of the whole account. */
function changeOptOut(
  { accountId, sender: destination, number }: Inbound,
  to: 'opt_out' | 'opt_in',
  changes: OptOutChanges,
): void {
  if (destination === null) return;
  const optOut: OptOut = { accountId, destination, serviceId: number?.serviceId ?? null };
  const name = optOutName(optOut);
  changes.added = changes.added.filter((other) => optOutName(other) !== name);
  changes.removed = changes.removed.filter((other) => optOutName(other) !== name);
  changes[to === 'opt_out' ? 'added' : 'removed'].push(optOut);
}

/**
 * Checks the codes in a message against the sender's verifications that wait for one. The right code is
 * the check of its verification alone; where none is right, each code costs each of them a check.
 * @returns the verification that it was checked against
 */
function checkCodes(batch: CheckBatch, inbound: Inbound): VerificationId | undefined {
  // A number that we do not know is nowhere shown: nobody was asked to text it.
  if (!inbound.number) return undefined;
  const waiting = pendingOf(batch, inbound).filter((v) => v.channel === 'inbound_sms');
  const tries = waiting.flatMap((v) =>
    findCodes(inbound.said, v.codeLength, v.codeAlphabet).map((code) => ({ v, code })),
  );
  const right = tries.find(({ v, code }) => sameCode(codeOf(batch.app.keys, v, 'inbound-code'), code));
  for (const { v, code } of right ? [right] : tries) {
    const { accountId, id, mode } = v;
    decideOneCheck(batch, { accountId, id, mode, code, use: 'inbound-code', services: inbound.services });
  }
  return (right ?? tries[0])?.v.id;
}

/** The sender's pending verifications at the services that the number serves. */
function pendingOf(batch: CheckBatch, { accountId, sender, number, services }: Inbound): VerificationRow[] {
  if (sender === null) return [];
  return services.flatMap(({ id: serviceId }) => {
    if ((number?.serviceId ?? serviceId) !== serviceId) return [];
    const name = destinationName({ accountId, serviceId, destination: sender });
    const id = batch.destinations.get(name)?.latestVerificationId;
    const v = id && batch.verifications.get(verificationName({ accountId, id }));
    return v?.status === 'pending' ? [v] : [];
  });
}

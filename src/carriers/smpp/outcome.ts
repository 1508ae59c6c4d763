import type { SubmitOutcome } from '../carrier.ts';
import type { Answer } from './pending.ts';
import {
  classify,
  retryOf,
  statusCode,
  statusInWords,
  statusMessage,
  type StatusOverrides,
} from './status.ts';

/** What an answer to submit_sm says about its segment, before the carrier as a whole is considered. */
export type SegmentOutcome =
  /** `otherIds`: of the further segments, when it is about a whole message. */
  | { kind: 'accepted'; messageId: string; otherIds?: readonly string[] }
  | { kind: 'throttled' }
  /** The carrier refuses the link, not the message. */
  | { kind: 'linkFault'; reason: string }
  | Extract<SubmitOutcome, { kind: 'unavailable' | 'rejected' | 'unknown' }>;

type Accepted = Extract<SegmentOutcome, { kind: 'accepted' }>;

export function segmentOutcome(answer: Answer<'submit_sm'>, overrides?: StatusOverrides): SegmentOutcome {
  if (answer.command === 'none') {
    return { kind: answer.written ? 'unknown' : 'unavailable', reason: answer.reason };
  }
  const { status } = answer;
  const meaning = classify(status, overrides);
  switch (meaning) {
    case 'ok':
      return answer.command === 'submit_sm_resp'
        ? { kind: 'accepted', messageId: answer.messageId }
        : { kind: 'unknown', reason: 'a generic_nack without an error answered the submit' };
    case 'throttle':
      return { kind: 'throttled' };
    case 'linkFault':
      return { kind: 'linkFault', reason: `submit refused: ${statusInWords(status)}` };
    default: {
      const error = { code: statusCode(status), message: statusMessage(status) };
      return { kind: 'rejected', error, retry: retryOf(status, meaning, overrides) };
    }
  }
}

/**
 * What became of a message of several segments: accepted only when all of them are. When some were and
 * others were not, the handset will never show it, so it is worth sending anew over another route.
 */
export function messageOutcome(segments: readonly SegmentOutcome[]): SegmentOutcome {
  const failures = segments.filter((segment) => segment.kind !== 'accepted');
  const gravest =
    failures.find(({ kind }) => kind === 'rejected') ??
    failures.find(({ kind }) => kind === 'unknown') ??
    failures[0];
  if (gravest === undefined) {
    const [messageId, ...otherIds] = segments.map((segment) => (segment as Accepted).messageId);
    return { kind: 'accepted', messageId: messageId!, otherIds };
  }
  const isPartial = failures.length < segments.length;
  if (!isPartial || gravest.kind === 'rejected' || gravest.kind === 'unknown') return gravest;
  const reason = 'reason' in gravest ? gravest.reason : 'throttled';
  const message = `${failures.length} of ${segments.length} segments were not taken: ${reason}`;
  return { kind: 'rejected', error: { code: 'incomplete', message }, retry: 'once' };
}

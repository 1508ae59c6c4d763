import type { SubmitOutcome } from '../carrier.ts';
import { messageOutcome, segmentOutcome, type SegmentOutcome } from './outcome.ts';
import type { Answer } from './pending.ts';
import type { SubmitSm, Unsequenced } from './pdu.ts';
import type { SmppSession } from './session.ts';
import type { StatusOverrides } from './status.ts';

export interface SegmentRules {
  overrides: StatusOverrides | undefined;
  /** Makes of what became of a segment, or of the message as a whole, what the carrier says of it. */
  conclude(outcome: SegmentOutcome): SubmitOutcome;
  /** Hears what became of the message, after it was unknown, as the answers that were missing come late. */
  onLate(outcome: SubmitOutcome): void;
}

/** Submits the segments of one message over one link, and says what became of it as a whole. */
export async function submitSegments(
  session: SmppSession,
  pdus: readonly Unsequenced<SubmitSm>[],
  { overrides, conclude, onLate }: SegmentRules,
): Promise<SubmitOutcome> {
  if (pdus.length === 1) {
    const late = (answer: Answer<'submit_sm'>) => onLate(conclude(segmentOutcome(answer, overrides)));
    return conclude(segmentOutcome(await session.submit(pdus[0]!, late), overrides));
  }
  const outcomes: SegmentOutcome[] = [];
  const note = (index: number, answer: Answer<'submit_sm'>): void => {
    const outcome = segmentOutcome(answer, overrides);
    outcomes[index] = outcome;
    conclude(outcome);
  };
  let isConcluded = false;
  const sent = pdus.map(async (pdu, index) => {
    const answer = await session.submitQueued(pdu, (late) => {
      note(index, late);
      if (isConcluded) onLate(conclude(messageOutcome(outcomes)));
    });
    note(index, answer);
  });
  await Promise.all(sent);
  isConcluded = true;
  return conclude(messageOutcome(outcomes));
}

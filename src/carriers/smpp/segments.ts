import { messageOutcome, segmentOutcome, type SegmentOutcome } from './outcome.ts';
import type { Answer } from './pending.ts';
import type { SubmitSm, Unsequenced } from './pdu.ts';
import type { SmppSession } from './session.ts';
import type { StatusOverrides } from './status.ts';

export interface SegmentRules {
  overrides: StatusOverrides | undefined;
  /** Hears what became of each segment of a message that has several. */
  onSegment(outcome: SegmentOutcome): void;
  /** Hears what became of the message, after it was unknown, when the answers that were missing came late. */
  onLate(outcome: SegmentOutcome): void;
}

/** Submits the segments of one message over one link, and says what became of it as a whole. */
export async function submitSegments(
  session: SmppSession,
  pdus: readonly Unsequenced<SubmitSm>[],
  { overrides, onSegment, onLate }: SegmentRules,
): Promise<SegmentOutcome> {
  if (pdus.length === 1) {
    const late = (answer: Answer<'submit_sm'>) => onLate(segmentOutcome(answer, overrides));
    return segmentOutcome(await session.submit(pdus[0]!, late), overrides);
  }
  const outcomes: SegmentOutcome[] = [];
  const note = (index: number, answer: Answer<'submit_sm'>): void => {
    const outcome = segmentOutcome(answer, overrides);
    outcomes[index] = outcome;
    onSegment(outcome);
  };
  let isConcluded = false;
  const sent = pdus.map(async (pdu, index) => {
    const answer = await session.submitQueued(pdu, (late) => {
      note(index, late);
      if (isConcluded) onLate(messageOutcome(outcomes));
    });
    note(index, answer);
  });
  await Promise.all(sent);
  isConcluded = true;
  return messageOutcome(outcomes);
}

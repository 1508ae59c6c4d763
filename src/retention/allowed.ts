import { CHOICES, FLOORS, KINDS, type Kind, type Retention } from './classes.ts';

/** Why a kind of thing cannot be kept for so long, for a person. */
export interface Refusal {
  kind: Kind;
  reason: string;
}

/** Whether there is such a time for each of the kinds that somebody names. */
export function findRefusal(wanted: Partial<Record<Kind, number | undefined>>): Refusal | undefined {
  for (const kind of KINDS) {
    const days = wanted[kind];
    if (days === undefined) continue;
    const choices = CHOICES.filter((choice) => choice >= FLOORS[kind].days);
    if (choices.includes(days)) continue;
    const reason = CHOICES.includes(days) ? ` ${FLOORS[kind].reason}` : '';
    return { kind, reason: `They are kept for ${choices.join(', ')} days.${reason}` };
  }
  return undefined;
}

/** Whether the times of an account go together. */
export function findContradiction({ events, messages }: Retention): Refusal | undefined {
  if (messages >= events) return undefined;
  return {
    kind: 'messages',
    reason: `Events show their messages: these are kept for at least as long (${events} days).`,
  };
}

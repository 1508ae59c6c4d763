import { classesOf, KINDS, LIMITS, type Kind, type Retention } from './classes.ts';

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
    const choices = classesOf(kind).map((one) => one.days);
    if (choices.includes(days)) continue;
    const { min, reason } = LIMITS[kind];
    const why = reason !== undefined && days < min ? ` ${reason}` : '';
    return { kind, reason: `They are kept for ${choices.join(', ')} days.${why}` };
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

import type { BindHealth } from '../carrier.ts';
import type { SmppSession } from './session.ts';

/** How one link stands. */
export function bindHealth({ mode, state, problem, canSubmit, inFlight, window }: SmppSession): BindHealth {
  return {
    mode,
    state,
    ...(problem !== undefined && { problem }),
    inFlight,
    window: canSubmit ? window : 0,
  };
}

const LIVELIEST = ['up', 'connecting', 'down', 'closed'] as const;

/** The state of a carrier is that of its liveliest link. */
export function liveliest(states: readonly BindHealth['state'][]): BindHealth['state'] {
  return LIVELIEST.find((state) => states.includes(state)) ?? 'down';
}

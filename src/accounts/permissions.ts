import type { Principal } from './principal.ts';

/** Whether phone numbers are shown in full. A frontend's token sees them masked. */
export function mayRevealPhone(who: Principal): boolean {
  switch (who.kind) {
    case 'apiKey':
      return true;
    case 'clientToken':
      return false;
    default:
      throw new Error(`unhandled principal: ${who satisfies never}`);
  }
}

import type { ServerResponse } from 'node:http';
import { modeOf, type Principal } from '../../accounts/principal.ts';

/** Says whether what is told is for real or a test: the bodies are not ours to change. */
export function tellMode(response: ServerResponse, who: Principal): void {
  // Of that its verification tells; nothing here is open to it.
  if (who.kind !== 'clientToken') response.setHeader('otpost-mode', modeOf(who));
}

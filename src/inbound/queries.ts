import type { App } from '../platform.ts';
import { openFrom, openText, type SealedMessage } from './store.ts';

/** Who sent it: E.164 with `+`, or a name or short code as the carrier wrote it. */
export function senderOf(app: App, row: SealedMessage): string {
  return openFrom(app.keys, row);
}

/** What it says, without the codes in it. */
export function textOf(app: App, row: SealedMessage): string {
  return openText(app.keys, row);
}

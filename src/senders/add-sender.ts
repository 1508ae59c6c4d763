import type { Doer } from '../audit/actor.ts';
import { newId } from '../crypto/new-id.ts';
import type { App } from '../platform.ts';
import { changeSender, saveSender, type SenderChange } from './save-sender.ts';
import type { SenderRow } from './table.ts';

export interface NewSender extends SenderChange {
  /** A name, a long code with `+`, or a short code. */
  value: string;
}

/**
 * Adds a sender, with where it may be used; if nothing else is said, everywhere.
 * @throws {CarrierNotFound | InvalidInput}
 */
export async function addSender(app: App, who: Doer, { value, ...more }: NewSender): Promise<SenderRow> {
  const now = app.clock();
  const id = newId('snd', now);
  const plain = { countries: null, carrierIds: null, pools: [], enabled: true, createdAt: new Date(now) };
  return saveSender(app, who, 'sender.add', id, () =>
    changeSender({ accountId: who.accountId, id, value: value.trim(), ...plain }, more),
  );
}

import type { Doer } from '../audit/actor.ts';
import { newId } from '../crypto/new-id.ts';
import type { App } from '../platform.ts';
import { changeSender, saveSender, type SenderChange } from './save-sender.ts';
import type { Sender } from './sealed.ts';

export interface NewSender extends SenderChange {
  /** A name, a long code with `+`, or a short code. */
  value: string;
}

/**
 * Adds a sender, with where it may be used; if nothing else is said, everywhere.
 * @throws {CarrierNotFound | CarrierOutsideResidency | InvalidInput}
 */
export async function addSender(app: App, who: Doer, { value, ...more }: NewSender): Promise<Sender> {
  const now = app.clock();
  const id = newId('snd', now);
  const sealed = { valueSealed: null, valueIndex: null };
  const plain = {
    ...sealed,
    countries: null,
    carrierIds: null,
    pools: [],
    enabled: true,
    createdAt: new Date(now),
  };
  return saveSender(app, who, 'sender.add', id, () =>
    changeSender({ accountId: who.accountId, id, value: value.trim(), ...plain }, more),
  );
}

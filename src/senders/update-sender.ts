import type { Doer } from '../audit/actor.ts';
import type { SenderId } from '../ids.ts';
import type { App } from '../platform.ts';
import { SenderNotFound } from './errors.ts';
import { changeSender, saveSender, type SenderChange } from './save-sender.ts';
import type { Sender } from './sealed.ts';

/**
 * Changes where a sender may be used, or takes it out of use; what is absent stays.
 * @throws {SenderNotFound | CarrierNotFound | CarrierOutsideResidency | InvalidInput}
 */
export async function updateSender(app: App, who: Doer, id: SenderId, change: SenderChange): Promise<Sender> {
  return saveSender(app, who, 'sender.update', id, (before) => {
    if (!before) throw new SenderNotFound();
    return changeSender(before, change);
  });
}

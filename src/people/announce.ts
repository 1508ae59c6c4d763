import { PERSON_CHANNEL } from '../bus/channels.ts';
import type { PersonId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createSessionDirectory } from './session-directory.ts';

/** Every process forgets what it knew of these people, and looks at what they hold open. After the commit. */
export function announcePeople(app: App, ids: readonly PersonId[]): void {
  // Not by the bus alone: who has changed something may ask again before it comes back from there.
  for (const id of ids) app.single(createSessionDirectory).forget(id);
  app.bus.publish(ids.map((payload) => ({ channel: PERSON_CHANNEL, payload })));
}

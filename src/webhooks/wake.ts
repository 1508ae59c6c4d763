import { WEBHOOK_CHANNEL } from '../bus/channels.ts';
import type { WebhookEndpointId } from '../ids.ts';
import type { App } from '../platform.ts';

/** Says that something is due to these. Only a hint: what it is about is committed, and looked for each second. */
export function wakeEndpoints(app: App, ids: Iterable<WebhookEndpointId>): void {
  const payload = [...ids].join(',');
  if (payload !== '') app.bus.publish([{ channel: WEBHOOK_CHANNEL, payload }]);
}

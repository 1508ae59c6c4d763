import type { Principal } from '../accounts/principal.ts';
import { readRegion } from '../accounts/region.ts';
import { readResidency } from '../accounts/residency.ts';
import type { WebhookEndpointId } from '../ids.ts';
import type { App } from '../platform.ts';
import { changeEndpoint } from './change-endpoint.ts';
import { checkRegion, readDescription, readEvents, readUrl } from './endpoint-input.ts';
import type { WebhookEndpointRow } from './table.ts';

export interface EndpointChange {
  url?: string | undefined;
  description?: string | undefined;
  events?: readonly string[] | null | undefined;
  region?: string | null | undefined;
  /** `true` also brings back an endpoint that was disabled because it failed or was gone. */
  enabled?: boolean | undefined;
}

/**
 * Changes an endpoint; what is absent stays.
 * @throws {WebhookNotFound | InvalidInput | WebhookAddressRefused | WebhookOutsideResidency}
 */
export async function updateWebhookEndpoint(
  app: App,
  who: Principal,
  id: WebhookEndpointId,
  change: EndpointChange,
): Promise<WebhookEndpointRow> {
  const url = change.url === undefined ? undefined : await readUrl(app, change.url);
  const region = change.region === undefined ? undefined : readRegion(change.region);
  const events = change.events === undefined ? undefined : readEvents(change.events);
  const description = change.description === undefined ? undefined : readDescription(change.description);
  // Described anew, or taken out of use, it may be wherever it is.
  const leads = url !== undefined || region !== undefined || change.enabled === true;
  return changeEndpoint(app, who, 'webhook.update', id, async (before, tx) => {
    if (leads)
      checkRegion(await readResidency(tx, who.accountId), region === undefined ? before.region : region);
    return {
      ...(url !== undefined && { url, failingSince: null }),
      ...(region !== undefined && { region }),
      ...(events !== undefined && { events }),
      ...(description !== undefined && { description }),
      ...(change.enabled === true && { disabledAt: null, disabledReason: null, failingSince: null }),
      ...(change.enabled === false &&
        before.disabledAt === null && { disabledAt: new Date(app.clock()), disabledReason: 'owner' }),
    };
  });
}

import type { Principal } from '../accounts/principal.ts';
import { InvalidInput } from '../errors.ts';
import type { WebhookEndpointId } from '../ids.ts';
import type { App } from '../platform.ts';
import { changeEndpoint } from './change-endpoint.ts';
import { openEndpointSecrets, sealEndpointSecrets, secretFor } from './secrets.ts';
import type { WebhookEndpointRow } from './table.ts';

export const MAX_OVERLAP_SECONDS = 7 * 24 * 3_600;

/**
 * Gives an endpoint a new secret. For the overlap each delivery has two signatures, so its owner can change
 * sides at any moment of it.
 * @param own the new secret, `whsec_…`; one is made when absent
 * @returns the row, and the new secret: shown this once
 * @throws {WebhookNotFound | InvalidInput | WebhookSecretTooShort}
 */
export async function rotateWebhookSecret(
  app: App,
  who: Principal,
  id: WebhookEndpointId,
  overlapSeconds: number,
  own?: string | null,
): Promise<{ row: WebhookEndpointRow; secret: string }> {
  if (!(overlapSeconds >= 0 && overlapSeconds <= MAX_OVERLAP_SECONDS))
    throw new InvalidInput('overlapSeconds', `An overlap is 0 to ${MAX_OVERLAP_SECONDS} seconds (7 days).`);
  const secret = secretFor(app.keys, own);
  const row = await changeEndpoint(app, who, 'webhook.rotate_secret', id, async (before) => {
    const { current } = await openEndpointSecrets(app.keys, before);
    const secrets = overlapSeconds > 0 ? { current: secret, previous: current } : { current: secret };
    return {
      secretsSealed: await sealEndpointSecrets(app.keys, before, secrets),
      previousEndsAt: overlapSeconds > 0 ? new Date(app.clock() + overlapSeconds * 1_000) : null,
    };
  });
  return { row, secret };
}

import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { Principal } from '../accounts/principal.ts';
import { readRegion } from '../accounts/region.ts';
import { readResidency } from '../accounts/residency.ts';
import { newId } from '../crypto/new-id.ts';
import { InvalidInput } from '../errors.ts';
import { startOfTransaction } from '../events/cursor.ts';
import { readHorizon } from '../events/queries.ts';
import type { App } from '../platform.ts';
import { checkRegion, readDescription, readEvents, readUrl } from './endpoint-input.ts';
import { countEndpoints } from './queries.ts';
import { sealUrl } from './sealed.ts';
import { sealEndpointSecrets, secretFor } from './secrets.ts';
import { webhookEndpoints, type WebhookEndpointRow } from './table.ts';

export const MAX_ENDPOINTS = 50;

export interface NewEndpoint {
  url: string;
  description?: string | undefined;
  /** Names of `catalog.ts`; null = all. */
  events?: readonly string[] | null | undefined;
  region?: string | null | undefined;
  /** `whsec_…`; one is made when absent. */
  secret?: string | null | undefined;
}

/**
 * Adds an endpoint: it is told of what happens from now on.
 * @returns the row, and its secret: shown this once
 * @throws {InvalidInput | WebhookAddressRefused | WebhookOutsideResidency | WebhookSecretTooShort}
 */
export async function createWebhookEndpoint(
  app: App,
  who: Principal,
  input: NewEndpoint,
): Promise<{ row: WebhookEndpointRow; secret: string }> {
  const { accountId } = who;
  const url = await readUrl(app, input.url);
  const region = readRegion(input.region ?? null);
  const id = newId('whk', app.clock());
  const secret = secretFor(app.keys, input.secret);
  const place = startOfTransaction(await readHorizon(app.sql));
  const row: WebhookEndpointRow = {
    ...{ accountId, id, region },
    ...(await sealUrl(app, { accountId, id, url })),
    description: readDescription(input.description ?? ''),
    events: readEvents(input.events ?? null),
    secretsSealed: await sealEndpointSecrets(app.keys, { accountId, id }, { current: secret }),
    previousEndsAt: null,
    seenTransaction: place.transaction,
    seenVerificationId: place.verificationId,
    seenVersion: place.version,
    failingSince: null,
    disabledAt: null,
    disabledReason: null,
    createdAt: new Date(app.clock()),
  };
  await changeConfiguration(app, who, 'webhook.create', async (tx, act) => {
    act.on(id);
    checkRegion(await readResidency(tx, accountId), region);
    if ((await countEndpoints(tx, accountId)) >= MAX_ENDPOINTS)
      throw new InvalidInput('url', `An account has at most ${MAX_ENDPOINTS} webhook endpoints.`);
    await tx.insert(webhookEndpoints).values(row);
  });
  return { row, secret };
}

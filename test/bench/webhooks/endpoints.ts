import type { WebhookEndpointId } from '../../../src/ids.ts';
import { createWebhookEndpoint } from '../../../src/webhooks/create-endpoint.ts';
import { removeWebhookEndpoint } from '../../../src/webhooks/remove-endpoint.ts';
import type { Platform } from '../ground/platform.ts';
import type { BenchProcess } from '../ground/processes.ts';
import type { Receiver } from './receiver.ts';

const ENDPOINTS = 10;

/** The endpoints of one run. Disposing removes them, with what is still on its way to them. */
export interface Endpoints extends AsyncDisposable {
  /** How many of them answer. */
  answering: number;
}

/** Ten endpoints that are told of every start; with a black hole the last one of them never answers. */
export async function addEndpoints(
  { app, who }: Platform,
  { ask }: BenchProcess<Receiver>,
  withBlackHole: boolean,
): Promise<Endpoints> {
  const [url, blackHole] = await Promise.all([ask.url(), ask.blackHole()]);
  const ids: WebhookEndpointId[] = [];
  for (let i = 0; i < ENDPOINTS; i++) {
    const origin = withBlackHole && i === ENDPOINTS - 1 ? blackHole : url;
    const { row } = await createWebhookEndpoint(app, who, {
      url: `${origin}/${i}`,
      events: ['verification.started'],
    });
    ids.push(row.id);
  }
  return {
    answering: withBlackHole ? ENDPOINTS - 1 : ENDPOINTS,
    async [Symbol.asyncDispose]() {
      for (const id of ids) await removeWebhookEndpoint(app, who, id);
    },
  };
}

import { signedHeaders } from './signature.ts';

/** What a webhook endpoint is sent by POST. */
export interface WebhookRequest {
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * A delivery as it goes over the wire, whoever sends it.
 * @param secrets one, or two while the endpoint's secret is being rotated
 * @param id the same in each attempt
 * @param now epoch milliseconds
 */
export function webhookRequest(
  secrets: readonly string[],
  id: string,
  now: number,
  body: string,
): WebhookRequest {
  const octets = Buffer.from(body, 'utf8');
  return {
    headers: {
      'content-type': 'application/json',
      'content-length': String(octets.length),
      'user-agent': 'otpost',
      accept: '*/*',
      'accept-encoding': 'identity',
      ...signedHeaders(secrets, id, now, body),
    },
    body: octets,
  };
}

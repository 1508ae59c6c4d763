/** Of an endpoint's delivery, as Otpost sends it. */
export interface WebhookEvent {
  /** e.g. `verification.approved`, `message.delivered`. */
  type: string;
  /** RFC 3339. */
  timestamp: string;
  data: {
    cursor: string;
    /** The number of this event among those of its verification: deliveries may overtake each other. */
    version: number;
    verification: { id: string; status: string; mode: string; to: string; [more: string]: unknown };
    message: { id: string; status: string; sender: string | null; segments: number | null } | null;
  };
}

/** The request is not one of Otpost's, or not from now. Answer it with 400. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
}

export interface VerifyOptions {
  /** How far its time may be from ours. Seconds. */
  toleranceSeconds?: number | undefined;
  /** Epoch milliseconds; now when absent. */
  now?: number | undefined;
}

const TOLERANCE_SECONDS = 300;
const SHORTEST_SECRET = 24;

/**
 * The event in a webhook's body, when it is signed with the endpoint's secret and was sent just now (Standard
 * Webhooks 1.0). Give the body as it came: parsed and written anew it may be another.
 * @param headers of the request, in any case
 * @param secret `whsec_…`; two while it is being rotated
 * @throws {WebhookError}
 */
export async function verifyWebhook(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Headers | Record<string, string | string[] | undefined>,
  secret: string | readonly string[],
  { toleranceSeconds = TOLERANCE_SECONDS, now = Date.now() }: VerifyOptions = {},
): Promise<WebhookEvent> {
  const read = reader(headers);
  const id = read('webhook-id');
  const timestamp = read('webhook-timestamp');
  const signatures = read('webhook-signature')
    .split(' ')
    .flatMap((part) => (part.startsWith('v1,') ? [octetsOf(part.slice(3))] : []));
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookError('The header webhook-timestamp is no time.');
  if (Math.abs(now / 1_000 - Number(timestamp)) > toleranceSeconds)
    throw new WebhookError('The webhook is too old, or from the future: it may have been recorded.');
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const content = new TextEncoder().encode(`${id}.${timestamp}.${text}`);
  for (const one of typeof secret === 'string' ? [secret] : secret) {
    const key = await keyOf(one);
    for (const signature of signatures)
      // Compares in constant time.
      if (signature && (await crypto.subtle.verify('HMAC', key, signature, content)))
        return JSON.parse(text) as WebhookEvent;
  }
  throw new WebhookError('No signature of the webhook is by this secret.');
}

function reader(headers: Headers | Record<string, string | string[] | undefined>) {
  const all = headers instanceof Headers ? Object.fromEntries(headers) : headers;
  const byName = new Map(Object.entries(all).map(([name, value]) => [name.toLowerCase(), value]));
  return (name: string): string => {
    const value = byName.get(name);
    if (typeof value !== 'string' || value === '') throw new WebhookError(`The header ${name} is missing.`);
    return value;
  };
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const octets = octetsOf(secret.replace(/^whsec_/, ''));
  if (!octets || octets.length < SHORTEST_SECRET)
    throw new WebhookError('The secret is not one of an endpoint (whsec_…, at least 24 octets).');
  return crypto.subtle.importKey('raw', octets, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

/** @returns `undefined` for what is no base64 */
function octetsOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

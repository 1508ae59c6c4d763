import { createHmac } from 'node:crypto';

const SECRET_PREFIX = 'whsec_';
/** What Standard Webhooks asks of a secret. */
export const SECRET_BYTES = { min: 24, max: 64 } as const;

/** A secret as its endpoint's owner gets it (Standard Webhooks: 24 to 64 octets, in base64). */
export function writeSecret(octets: Buffer): string {
  return SECRET_PREFIX + octets.toString('base64');
}

/** @returns the octets of a secret as somebody writes it; undefined when it is none, however long */
export function readSecret(text: string): Buffer | undefined {
  const [, base64] =
    /^whsec_((?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?)$/.exec(text.trim()) ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}

/**
 * The headers by which an endpoint knows that a delivery is ours, and which one it is (Standard Webhooks 1.0:
 * HMAC-SHA-256 over `id.timestamp.body`).
 * @param secrets one, or two while the endpoint's secret is being rotated: each makes a signature
 */
export function signedHeaders(
  secrets: readonly string[],
  id: string,
  now: number,
  body: string,
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1_000));
  const content = `${id}.${timestamp}.${body}`;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

import type { Exchange } from '../../outgoing/http/exchange.ts';

/** What an answer of Vault means for who asked. */
export type Verdict =
  | { kind: 'done'; body: VaultBody }
  /** Not now: sealed, a standby, too many requests, or nobody answered. */
  | { kind: 'again'; reason: string; retryAfter: string | undefined }
  /** The token is not good for this, or not any more. */
  | { kind: 'denied'; reason: string }
  | { kind: 'absent' }
  | { kind: 'refused'; reason: string };

export interface VaultBody {
  data?: Record<string, unknown> | null;
  auth?: { client_token?: string; lease_duration?: number } | null;
  errors?: unknown;
}

// Sealed or not initialized is 503, a standby that cannot pass on 429, 472, 473 or a redirect, a replica that is
// behind 412, a proxy without Vault 502 and 504.
const LATER = new Set([301, 302, 307, 308, 412, 429, 472, 473, 500, 502, 503, 504]);
const MAX_WORDS = 200;

export function judge(exchange: Exchange): Verdict {
  if (exchange.kind === 'none') return { kind: 'again', reason: exchange.reason, retryAfter: undefined };
  const { status, retryAfter, body: text, incomplete } = exchange.answer;
  if (incomplete !== undefined) return { kind: 'again', reason: incomplete, retryAfter: undefined };
  const body = read(text);
  const reason = `${status}${words(body)}`;
  if (LATER.has(status)) return { kind: 'again', reason, retryAfter };
  if (status === 403) return { kind: 'denied', reason };
  if (status === 404) return { kind: 'absent' };
  // A batch of which an item failed may come with 400, and says of each item what is wrong with it.
  const isAnswer = (status >= 200 && status < 300) || (status === 400 && body?.data?.batch_results);
  return isAnswer && body ? { kind: 'done', body } : { kind: 'refused', reason };
}

function read(text: string): VaultBody | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}

/** Vault's own words, in one line. */
function words(body: VaultBody | undefined): string {
  const [first] = Array.isArray(body?.errors) ? (body.errors as unknown[]) : [];
  if (typeof first !== 'string') return '';
  return `: ${first
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_WORDS)}`;
}

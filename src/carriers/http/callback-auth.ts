import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export const HMAC_ALGORITHMS = ['sha256', 'sha512', 'sha1'] as const;

/** How a carrier proves that a callback is its own. Names of headers are in lower case. */
export type CallbackAuth =
  /** In a header or in the query. */
  | {
      type: 'secret';
      header?: string | undefined;
      query?: string | undefined;
      prefix: string;
      secret: string;
    }
  /** Over the raw body. */
  | {
      type: 'hmac';
      algorithm: (typeof HMAC_ALGORITHMS)[number];
      header: string;
      encoding: 'hex' | 'base64';
      prefix: string;
      secret: string;
    };

export interface Callback {
  /** By lower-case name, each as often as it came. */
  headers: Readonly<Record<string, readonly string[] | undefined>>;
  query: URLSearchParams;
  body: Buffer;
}

/** Whether a callback is authentic. What is compared takes the same time however much of it is right. */
export function isAuthentic(
  auth: CallbackAuth,
  { headers, query, body }: Callback,
  secrets: Readonly<Record<string, string>>,
): boolean {
  const secret = secrets[auth.secret]!;
  if (auth.type === 'secret' && auth.query !== undefined) {
    const given = query.getAll(auth.query);
    return given.length === 1 && sameText(given[0]!, secret);
  }
  const [header, ...others] = headers[auth.header ?? ''] ?? [];
  if (header === undefined || others.length > 0 || !header.startsWith(auth.prefix)) return false;
  const given = header.slice(auth.prefix.length).trim();
  if (auth.type === 'secret') return sameText(given, secret);
  const expected = createHmac(auth.algorithm, secret).update(body).digest();
  const signature = readSignature(given, auth.encoding);
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

const FORMS = { hex: /^(?:[\da-f]{2})+$/i, base64: /^[\w+/-]+={0,2}$/ };

/** Of a text that is a signature and nothing else: Node reads what it can, and passes over the rest. */
function readSignature(text: string, encoding: keyof typeof FORMS): Buffer {
  return Buffer.from(FORMS[encoding].test(text) ? text : '', encoding);
}

/** Of their hashes, so that not even the length shows. */
function sameText(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

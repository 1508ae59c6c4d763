import type { OutboundMessage } from '../carrier.ts';
import { septetsOf } from '../smpp/alphabets.ts';
import { countSegments } from '../smpp/text.ts';

/** What a placeholder's value is made of. */
export interface Filling {
  message: OutboundMessage;
  /** Milliseconds since 1970. */
  now: number;
  /** Where the carrier sends its receipts. */
  callbackUrl: string;
}

const VALUES = {
  /** E.164 with `+`. */
  to: ({ message }) => message.to,
  /** E.164 without `+`. */
  'to.digits': ({ message }) => message.to.slice(1),
  /** A name, a short code, or a long code with `+`. */
  sender: ({ message }) => message.sender,
  /** The same, but a long code is without its `+`. */
  'sender.bare': ({ message }) => message.sender.replace(/^\+/, ''),
  text: ({ message }) => message.text,
  /** UTF-16, big endian, in capital hex: how old gateways take what is not GSM 03.38. */
  'text.utf16Hex': ({ message }) =>
    Buffer.from(message.text, 'utf16le').swap16().toString('hex').toUpperCase(),
  /** Whether the text does not fit into GSM 03.38. */
  unicode: ({ message }) => needsUnicode(message.text),
  /** The same as 1 or 0. */
  'unicode.digit': ({ message }) => (needsUnicode(message.text) ? 1 : 0),
  segments: ({ message }) => countSegments(message.text),
  /** Ours, and new for each submit. */
  attemptId: ({ message }) => message.attemptId,
  /** How long the text is of use, from now. */
  validitySeconds: ({ message, now }) => Math.max(1, Math.floor((message.expiresAt.getTime() - now) / 1_000)),
  validityMinutes: ({ message, now }) =>
    Math.max(1, Math.floor((message.expiresAt.getTime() - now) / 60_000)),
  /** ISO 8601 in UTC. */
  expiresAt: ({ message }) => message.expiresAt.toISOString(),
  /** Seconds since 1970. */
  'expiresAt.unix': ({ message }) => Math.floor(message.expiresAt.getTime() / 1_000),
  callbackUrl: ({ callbackUrl }) => callbackUrl,
} as const satisfies Record<string, (filling: Filling) => string | number | boolean>;

type Placeholder = keyof typeof VALUES;

const REGISTRATION = 'registration.';

export const PLACEHOLDERS: readonly string[] = [...Object.keys(VALUES), `${REGISTRATION}*`];

function needsUnicode(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (septetsOf(text.charCodeAt(i), 'gsm') === 0) return true;
  return false;
}

/** The value of a placeholder that a template was found to have, and that names no secret. */
export function valueOf(placeholder: string, filling: Filling): string | number | boolean {
  if (placeholder.startsWith(REGISTRATION))
    return filling.message.registrations?.[placeholder.slice(REGISTRATION.length)] ?? '';
  return VALUES[placeholder as Placeholder](filling);
}

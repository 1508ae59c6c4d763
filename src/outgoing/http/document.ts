import { isOneLine } from '../../one-line.ts';

/**
 * How a body is read. `separators` is for gateways that answer in a line of text: it is split at any of
 * these characters into a list of fields, so `OK: 4711` with the separators `: ` is `["OK", "4711"]`.
 */
export type BodyFormat = 'json' | 'form' | { separators: string };

/** A body as a document that pointers lead into; `undefined` when it is not of this format. */
export function readDocument(text: string, format: BodyFormat): { root: unknown } | undefined {
  if (format === 'json') return readJson(text);
  if (format === 'form') return { root: Object.fromEntries(new URLSearchParams(text.trim())) };
  const fields: string[] = [];
  let field = '';
  for (const character of `${text.trim()}${format.separators[0]}`) {
    if (!format.separators.includes(character)) field += character;
    else {
      if (field.trim() !== '') fields.push(field.trim());
      field = '';
    }
  }
  return { root: fields };
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

// 64-bit ids as JSON numbers lose their last digits in a double: those stay the text that they were.
const keepDigits: Reviver = (_key, value, { source = '' }) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? source : value;

function readJson(text: string): { root: unknown } | undefined {
  try {
    const parse = JSON.parse as (text: string, reviver?: Reviver) => unknown;
    return { root: parse(text, /\d{16}/.test(text) ? keepDigits : undefined) };
  } catch {
    return undefined;
  }
}

/** A value of a document as text, `undefined` for what is no single value. */
export function textOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value.trim();
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return undefined;
  }
}

/** The longest id that is kept; SMPP's are up to 65 characters, those of HTTP APIs rarely above 100. */
const MAX_ID_LENGTH = 200;

/**
 * A value as a carrier's id of a message. What cannot be one (empty, endless, with control characters,
 * which no database takes) is `undefined`: of such an answer we know nothing.
 */
export function idOf(value: unknown): string | undefined {
  const id = textOf(value);
  return id && id.length <= MAX_ID_LENGTH && isOneLine(id) ? id : undefined;
}

/** A carrier's words, short and printable. */
export function wordsOf(value: unknown, maxLength: number): string | undefined {
  const words = textOf(value)
    ?.slice(0, maxLength * 4)
    .replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
    .trim()
    .slice(0, maxLength)
    .toWellFormed();
  return words === '' ? undefined : words;
}

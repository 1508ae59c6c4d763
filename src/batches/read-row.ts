import { type DomainError, InvalidInput } from '../errors.ts';
import { SenderNotAllowed } from '../senders/errors.ts';
import { isLocale } from '../services/settings.ts';
import { parsePhone } from '../verifications/phone.ts';
import { CHANNELS, isChannel, type Channel } from '../verifications/verification.ts';
import { MAX_ROW_BYTES } from './batch.ts';
import type { RowError } from './refusal.ts';

export interface ReadRow {
  /** E.164 with `+`. */
  to: string;
  locale: string;
  channel: Channel;
}

/** What holds for rows that do not say it themselves. */
export interface RowDefaults {
  locale: string;
  channel: Channel;
  /** For numbers without a country code. */
  country: string | null;
}

const FIELDS = ['to', 'channel', 'locale'];

/**
 * Reads a row as it was sent: a JSON object with `to` and perhaps `channel` and `locale`.
 * @throws {InvalidPhoneNumber | InvalidInput}
 */
export function readRow(text: string, defaults: RowDefaults): ReadRow {
  if (text.length > MAX_ROW_BYTES)
    throw new InvalidInput('row', `A row has at most ${MAX_ROW_BYTES / 1024} KB.`);
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch {
    throw new InvalidInput('row', 'This row is no JSON.');
  }
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    throw new InvalidInput('row', 'A row is an object such as {"to":"+385911234567"}.');
  if (Object.keys(row).some((name) => !FIELDS.includes(name)))
    throw new InvalidInput('row', `A row has the fields ${FIELDS.join(', ')}, and no others.`);
  const { to, locale, channel } = row as { to?: unknown; locale?: unknown; channel?: unknown };
  if (typeof to !== 'string') throw new InvalidInput('to', 'A row says whom to send to, as a text.');
  if (locale !== undefined && (typeof locale !== 'string' || !isLocale(locale)))
    throw new InvalidInput('locale', 'A locale is a language tag such as hr, en or pt-BR.');
  if (channel !== undefined && !isChannel(channel))
    throw new InvalidInput('channel', `A channel is one of ${CHANNELS.join(', ')}.`);
  return {
    to: parsePhone(to, defaults.country).e164,
    locale: locale ?? defaults.locale,
    channel: channel ?? defaults.channel,
  };
}

/** What is kept of why a row was refused: nothing about a person, and no sender, which is kept sealed only. */
export function rowErrorOf(error: DomainError): RowError {
  const { code } = error;
  const { field, country, nextSendAt } = error as { field?: string; country?: string; nextSendAt?: Date };
  const message =
    error instanceof SenderNotAllowed
      ? `No route can carry a message to ${error.country}: ask senderVerdict which sender is wanted there.`
      : error.message;
  return {
    ...{ code, message },
    ...(field !== undefined && { field }),
    ...(country !== undefined && { country }),
    ...(nextSendAt !== undefined && { nextSendAt: nextSendAt.toISOString() }),
  };
}

import { z } from 'zod';
import { STRATEGY_NAMES } from '../routing/policy/strategies.ts';

/** No control characters (a line's end excepted) and no halves of characters: no carrier and no database takes them. */
export function isText(text: string): boolean {
  return !/[^\P{Cc}\n]|\p{Cs}/u.test(text);
}

const countryCode = z.string().regex(/^[A-Z]{2}$/, 'a country is two capital letters (ISO 3166-1), e.g. HR');

/** A template's text must hold the code; `{service}` is optional. */
const template = z
  .string()
  .max(600)
  .refine((text) => text.includes('{code}'), 'a template must contain {code}')
  .refine(isText, 'a template is text without control characters');

export function isLocale(text: string): boolean {
  return /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/.test(text);
}

const locale = z.string().refine(isLocale, 'a locale is a language tag such as hr, en or pt-BR');

const seconds = (min: number, max: number) => z.number().min(min).max(max);

/** When and how often a message is tried again. */
const RetryPolicy = z
  .strictObject({
    /** Submissions of one message that count; being throttled and finding no route open do not. */
    maxAttempts: z.int().min(1).max(20).default(6),
    /** Before the second try; each further wait is `factor` times the one before, up to `capSeconds`. */
    baseSeconds: seconds(0.05, 600).default(0.5),
    factor: z.number().min(1).max(10).default(2),
    capSeconds: seconds(0.05, 3_600).default(30),
    /** Share of each wait that chance may take off. */
    jitter: z.number().min(0).max(1).default(0.5),
    /** Before the code goes out again when a carrier took it and never answered. */
    unknownWaitSeconds: seconds(0, 600).default(5),
    /** Longest pause between two looks for a route while none is open. */
    routeWaitCapSeconds: seconds(0.5, 300).default(5),
    /** Further routes for a message that is refused, or not delivered, without a clear reason. */
    maxDoubts: z.int().min(0).max(5).default(1),
  })
  .refine(({ baseSeconds, capSeconds }) => baseSeconds <= capSeconds, {
    path: ['capSeconds'],
    message: 'the longest wait is not shorter than the first one (`baseSeconds`)',
  });

/** What is done for a message whose receipt does not come in its usual time. */
const FailoverPolicy = z.strictObject({
  /** How often the same code goes out over another route meanwhile; 0 = never. */
  max: z.int().min(0).max(5).default(1),
  /** How many times the time in which 95 % of the route's receipts come is waited. */
  patience: z.number().min(1).max(20).default(1.5),
  /** Shortest wait. */
  minSeconds: seconds(1, 3_600).default(10),
  /** Longest wait, as a share of what is left of the code's validity. */
  maxShare: z.number().min(0.01).max(0.9).default(0.45),
});

/** How codes of authenticator apps are made, for factors that say nothing else (RFC 6238). */
const TotpSettings = z.strictObject({
  /** As the app shows it; `null` = the service's name. */
  issuer: z
    .string()
    .min(1)
    .max(64)
    .refine((text) => isText(text) && !text.includes('\n'), 'an issuer is text in one line')
    .nullable()
    .default(null),
  stepSeconds: z.int().min(20).max(60).default(30),
  codeLength: z.int().min(3).max(8).default(6),
  /** Steps that a device's clock may be off, to either side. */
  skew: z.int().min(0).max(2).default(1),
});

/**
 * How a service verifies: every rule of the lifecycle with its default. Durations are in seconds,
 * as a service's owner thinks of them.
 */
export const ServiceSettings = z.strictObject({
  /** Characters of a code. NIST SP 800-63B asks for at least 20 bits, which 6 digits are. */
  codeLength: z.int().min(4).max(10).default(6),
  /** `unambiguous` = digits and capital letters without 0 O 1 I L U V. */
  codeAlphabet: z.enum(['digits', 'unambiguous']).default('digits'),
  /** From the first send; a resend never extends it. */
  ttlSeconds: z.int().min(30).max(86_400).default(600),
  maxChecks: z.int().min(1).max(20).default(5),
  maxSends: z.int().min(1).max(20).default(5),
  sendWindowSeconds: z.int().min(1).max(86_400).default(600),
  /** Sends to one destination in 24 hours: without it five sends per window add up to 3,600 guesses a day. */
  maxSendsPerDay: z.int().min(1).max(1_000).default(20),
  /** Before the second send; each further wait is `coolDownFactor` times the one before. */
  coolDownSeconds: z.int().min(0).max(3_600).default(30),
  coolDownFactor: z.number().min(1).max(10).default(2),
  /** `same` keeps the code that may already be on its way; `rotate` makes a new one. */
  resend: z.enum(['same', 'rotate']).default('same'),
  /** Consecutive wrong checks, over all verifications of a destination, before it is locked. */
  lockAfterFailedChecks: z.int().min(5).max(100).default(100),
  /** Reads numbers typed without a country code. */
  defaultCountry: countryCode.nullable().default(null),
  /** A start must say which origin or app its client token is for. */
  requireClientBinding: z.boolean().default(false),
  /** Countries that may be verified; `null` allows all. */
  allowedCountries: z.array(countryCode).min(1).nullable().default(null),
  /**
   * How codes travel, in the order in which they are tried: when the messages of one channel came to
   * nothing, a verification goes on over the next one. A start may name any.
   */
  channels: z
    .array(z.enum(['sms', 'inbound_sms']))
    .min(1)
    .refine((channels) => new Set(channels).size === channels.length, 'each channel at most once')
    .default(['sms']),
  defaultLocale: locale.default('en'),
  /** Message texts by locale, with `{code}` and `{service}`; added to (and over) the built-in ones. */
  templates: z.record(locale, template).default({}),
  /** Plain characters for typographic ones (curly quotes, dashes, odd spaces) where a message then takes fewer segments. */
  smartEncoding: z.boolean().default(true),
  /** Nothing is sent to a number that is surely a fixed line: it would be paid for, and not arrive. */
  skipSmsToLandlines: z.boolean().default(true),
  /** How the route of a message is chosen. */
  routing: z.enum(STRATEGY_NAMES).default('adaptive'),
  /** What one approved verification is worth, in the currency of the routes' prices: `adaptive` weighs the one against the other. */
  valueOfConversion: z.number().positive().max(1_000_000).default(1),
  /** A route that costs more per segment is not taken, in the account's currency; `null` = whatever it costs. */
  maxPrice: z.number().min(0).max(1_000_000).nullable().default(null),
  retry: RetryPolicy.prefault({}),
  failover: FailoverPolicy.prefault({}),
  totp: TotpSettings.prefault({}),
  sender: z
    .string()
    .regex(
      /^(?:[A-Za-z0-9 ]{1,11}|\+[1-9]\d{6,14}|\d{3,8})$/,
      'a sender is a name of 1–11 letters and digits, a long code (+…) or a short code',
    )
    .default('Otpost'),
  /** Messages come from a sender of this pool instead, the same one for the same number. */
  senderPool: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$/,
      'a pool has a name of 1 to 60 letters, digits, spaces and . _ -',
    )
    .nullable()
    .default(null),
});

export type ServiceSettings = z.output<typeof ServiceSettings>;
export type ServiceSettingsInput = z.input<typeof ServiceSettings>;

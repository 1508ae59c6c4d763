import { builder } from '../graphql/builder.ts';
import { STRATEGIES, STRATEGY_NAMES } from '../routing/policy/strategies.ts';
import { Channel } from './graphql-channel.ts';
import type { ServiceSettingsChange } from './input.ts';
import {
  FailoverPolicyInput,
  FailoverPolicyType,
  RetryPolicyInput,
  RetryPolicyType,
} from './graphql-retry.ts';
import { TotpSettingsInput, TotpSettingsType } from './graphql-totp.ts';
import type { ServiceSettings } from './settings.ts';

const CodeAlphabet = builder.enumType('CodeAlphabet', {
  description: 'What codes are made of.',
  values: {
    DIGITS: { value: 'digits', description: '0–9.' },
    UNAMBIGUOUS: { value: 'unambiguous', description: 'Digits and capital letters without 0 O 1 I L U V.' },
  } as const,
});

const ResendPolicy = builder.enumType('ResendPolicy', {
  description: 'Which code a further message of the same verification carries.',
  values: {
    SAME: { value: 'same', description: 'The code that may already be on its way.' },
    ROTATE: { value: 'rotate', description: 'A new one; the earlier code stops working.' },
  } as const,
});

export const RoutingStrategy = builder.enumType('RoutingStrategy', {
  description: 'How the route of a message is chosen among those that are open.',
  values: Object.fromEntries(
    STRATEGY_NAMES.map((value) => [value.toUpperCase(), { value, description: STRATEGIES[value].about }]),
  ),
});

/** One description per setting, for reading and for writing it. */
const ABOUT = {
  codeLength: 'Characters of a code, 4–10. Default 6.',
  codeAlphabet: 'What codes are made of. Default `DIGITS`.',
  ttlSeconds:
    'How long a code is valid, from the first send, 30–86400 seconds; a resend never extends it. Default 600.',
  maxChecks: 'Checks per verification, 1–20. Default 5.',
  maxSends: 'Sends to one destination within the window, 1–20. Default 5.',
  sendWindowSeconds: 'The window of `maxSends`, 1–86400 seconds. Default 600.',
  maxSendsPerDay: 'Sends to one destination in 24 hours, 1–1000. Default 20.',
  coolDownSeconds: 'Wait before the second send, 0–3600 seconds. Default 30.',
  coolDownFactor: 'Each further wait is so many times the one before, 1–10. Default 2.',
  resend: 'Which code a further message carries. Default `SAME`.',
  lockAfterFailedChecks:
    'Wrong checks in a row, over all verifications, that lock a destination, 5–100. Default 100.',
  defaultCountry:
    'Country (ISO 3166-1 alpha-2) with which numbers without a country code are read. Default none.',
  requireClientBinding:
    'A start must say which origin or app its client token is for: `clientOrigin` or `clientApp`. Default false.',
  allowedCountries: 'Countries (ISO 3166-1 alpha-2) that may be verified; absent = all.',
  channels:
    'How codes travel, in the order in which they are tried: when the messages of one channel came to nothing, a ' +
    'verification goes on over the next one. Default `[SMS]`.',
  defaultLocale: 'Language of messages for starts that name none, BCP 47. Default `en`.',
  templates: 'Message texts by locale, over the built-in ones.',
  smartEncoding:
    'Plain characters for typographic ones (curly quotes, dashes, no-break spaces, …) where a message then takes ' +
    'fewer segments; one that would cost the same goes out as it was written. Default true.',
  skipSmsToLandlines:
    'Send nothing to a number that is surely a fixed line, by its digits or by what the number lookup says; its ' +
    'verification fails as `UNDELIVERABLE` at once. Default true.',
  routing: 'How the route of a message is chosen. Default `ADAPTIVE`.',
  valueOfConversion:
    "What one approved verification is worth, in the currency of the routes' prices: more than 0, at most 1000000. Default 1.",
  maxPrice:
    'A route that costs more per segment is not taken, in the currency of the prices; absent = whatever it costs.',
  retry: 'When and how often a message is tried again.',
  failover: 'What is done for a message whose receipt does not come in its usual time.',
  totp: 'How codes of authenticator apps are made, for factors that say nothing else.',
  sender:
    'Who messages come from: a name of 1–11 letters and digits, a long code (+…) or a short code. Default `Otpost`.',
  senderPool:
    'The pool of senders that messages come from instead, the same sender for the same number. Default none.',
} satisfies Record<keyof ServiceSettings, string>;

interface MessageTemplate {
  locale: string;
  text: string;
}

const MessageTemplateType = builder.objectRef<MessageTemplate>('MessageTemplate').implement({
  description: 'The text of messages in one language.',
  fields: (t) => ({
    locale: t.exposeString('locale', { description: 'BCP 47, e.g. `hr` or `pt-BR`.' }),
    text: t.exposeString('text', {
      description: 'With `{code}`, and `{service}` for the name of the service.',
    }),
  }),
});

const MessageTemplateInput = builder.inputType('MessageTemplateInput', {
  description: 'The text of messages in one language.',
  fields: (t) => ({
    locale: t.string({ required: true, description: 'BCP 47, e.g. `hr` or `pt-BR`.' }),
    text: t.string({
      required: true,
      description: 'Must hold `{code}`; `{service}` is the name of the service.',
    }),
  }),
});

export const ServiceSettingsType = builder.objectRef<ServiceSettings>('ServiceSettings').implement({
  description: 'How a service verifies: every rule of the lifecycle.',
  fields: (t) => ({
    codeLength: t.exposeInt('codeLength', { description: ABOUT.codeLength }),
    codeAlphabet: t.expose('codeAlphabet', { type: CodeAlphabet, description: ABOUT.codeAlphabet }),
    ttlSeconds: t.exposeInt('ttlSeconds', { description: ABOUT.ttlSeconds }),
    maxChecks: t.exposeInt('maxChecks', { description: ABOUT.maxChecks }),
    maxSends: t.exposeInt('maxSends', { description: ABOUT.maxSends }),
    sendWindowSeconds: t.exposeInt('sendWindowSeconds', { description: ABOUT.sendWindowSeconds }),
    maxSendsPerDay: t.exposeInt('maxSendsPerDay', { description: ABOUT.maxSendsPerDay }),
    coolDownSeconds: t.exposeInt('coolDownSeconds', { description: ABOUT.coolDownSeconds }),
    coolDownFactor: t.exposeFloat('coolDownFactor', { description: ABOUT.coolDownFactor }),
    resend: t.expose('resend', { type: ResendPolicy, description: ABOUT.resend }),
    lockAfterFailedChecks: t.exposeInt('lockAfterFailedChecks', { description: ABOUT.lockAfterFailedChecks }),
    defaultCountry: t.exposeString('defaultCountry', { nullable: true, description: ABOUT.defaultCountry }),
    requireClientBinding: t.exposeBoolean('requireClientBinding', {
      description: ABOUT.requireClientBinding,
    }),
    allowedCountries: t.exposeStringList('allowedCountries', {
      nullable: true,
      description: ABOUT.allowedCountries,
    }),
    routing: t.expose('routing', { type: RoutingStrategy, description: ABOUT.routing }),
    valueOfConversion: t.exposeFloat('valueOfConversion', { description: ABOUT.valueOfConversion }),
    channels: t.expose('channels', { type: [Channel], description: ABOUT.channels }),
    defaultLocale: t.exposeString('defaultLocale', { description: ABOUT.defaultLocale }),
    templates: t.field({
      type: [MessageTemplateType],
      description: ABOUT.templates,
      resolve: (settings) => Object.entries(settings.templates).map(([locale, text]) => ({ locale, text })),
    }),
    smartEncoding: t.exposeBoolean('smartEncoding', { description: ABOUT.smartEncoding }),
    skipSmsToLandlines: t.exposeBoolean('skipSmsToLandlines', { description: ABOUT.skipSmsToLandlines }),
    maxPrice: t.exposeFloat('maxPrice', { nullable: true, description: ABOUT.maxPrice }),
    retry: t.expose('retry', { type: RetryPolicyType, description: ABOUT.retry }),
    failover: t.expose('failover', { type: FailoverPolicyType, description: ABOUT.failover }),
    totp: t.expose('totp', { type: TotpSettingsType, description: ABOUT.totp }),
    sender: t.exposeString('sender', { description: ABOUT.sender }),
    senderPool: t.exposeString('senderPool', { nullable: true, description: ABOUT.senderPool }),
  }),
});

export const ServiceSettingsInputType = builder.inputType('ServiceSettingsInput', {
  description: 'Settings of a service. What is absent stays; `null` goes back to the default.',
  fields: (t) => ({
    codeLength: t.int({ description: ABOUT.codeLength }),
    codeAlphabet: t.field({ type: CodeAlphabet, description: ABOUT.codeAlphabet }),
    ttlSeconds: t.int({ description: ABOUT.ttlSeconds }),
    maxChecks: t.int({ description: ABOUT.maxChecks }),
    maxSends: t.int({ description: ABOUT.maxSends }),
    sendWindowSeconds: t.int({ description: ABOUT.sendWindowSeconds }),
    maxSendsPerDay: t.int({ description: ABOUT.maxSendsPerDay }),
    coolDownSeconds: t.int({ description: ABOUT.coolDownSeconds }),
    coolDownFactor: t.float({ description: ABOUT.coolDownFactor }),
    resend: t.field({ type: ResendPolicy, description: ABOUT.resend }),
    lockAfterFailedChecks: t.int({ description: ABOUT.lockAfterFailedChecks }),
    defaultCountry: t.string({ description: ABOUT.defaultCountry }),
    requireClientBinding: t.boolean({ description: ABOUT.requireClientBinding }),
    allowedCountries: t.stringList({ description: ABOUT.allowedCountries }),
    routing: t.field({ type: RoutingStrategy, description: ABOUT.routing }),
    valueOfConversion: t.float({ description: ABOUT.valueOfConversion }),
    channels: t.field({ type: [Channel], description: ABOUT.channels }),
    defaultLocale: t.string({ description: ABOUT.defaultLocale }),
    templates: t.field({
      type: [MessageTemplateInput],
      description: `${ABOUT.templates} They replace the ones before.`,
    }),
    smartEncoding: t.boolean({ description: ABOUT.smartEncoding }),
    skipSmsToLandlines: t.boolean({ description: ABOUT.skipSmsToLandlines }),
    maxPrice: t.float({ description: ABOUT.maxPrice }),
    retry: t.field({ type: RetryPolicyInput, description: ABOUT.retry }),
    failover: t.field({ type: FailoverPolicyInput, description: ABOUT.failover }),
    totp: t.field({ type: TotpSettingsInput, description: ABOUT.totp }),
    sender: t.string({ description: ABOUT.sender }),
    senderPool: t.string({ description: ABOUT.senderPool }),
  }),
});

/** What the input type says, as the verbs take it. */
export function readSettingsInput(
  input: typeof ServiceSettingsInputType.$inferInput | null | undefined,
): ServiceSettingsChange {
  const { templates, ...plain } = input ?? {};
  if (!templates) return templates === null ? { ...plain, templates } : plain;
  return { ...plain, templates: Object.fromEntries(templates.map(({ locale, text }) => [locale, text])) };
}

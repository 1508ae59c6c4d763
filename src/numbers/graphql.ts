import { TooManySearches } from '../accounts/errors.ts';
import { InvalidInput } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { namesOf } from '../outgoing/secrets.ts';
import { InvalidPhoneNumber } from '../verifications/errors.ts';
import { clearNumberLookup } from './clear-lookup.ts';
import { describeNumber } from './describe-number.ts';
import { NumberLookupOutsideResidency } from './errors.ts';
import type { LookupRow } from './lookup-directory.ts';
import { secretsOfLookup } from './lookup-secrets.ts';
import type { Operator } from './plan.ts';
import { findNumberLookup, lookupDays, lookupProblem } from './queries.ts';
import type { Resolution } from './resolution.ts';
import { setNumberLookup } from './set-lookup.ts';
import type { numberLookupDays } from './table.ts';

const MAX_DAYS = 366;

errorType(NumberLookupOutsideResidency, "The account's numbers may not go there. Nothing was done.", (t) => ({
  field: t.exposeString('field', { description: 'Which field of the input: `config.region`.' }),
}));

export const LineType = builder.enumType('LineType', {
  description: 'What kind of line a number is.',
  values: {
    MOBILE: { value: 'mobile', description: 'A mobile phone.' },
    FIXED: { value: 'fixed', description: 'A line in a house.' },
    FIXED_OR_MOBILE: { value: 'fixedOrMobile', description: 'One of the two: the numbers look alike there.' },
    TOLL_FREE: { value: 'tollFree', description: 'Free for who calls it.' },
    VOIP: { value: 'voip', description: 'Over the internet.' },
    OTHER: { value: 'other', description: 'Anything else, or not known.' },
  } as const,
});

const ResolutionSource = builder.enumType('ResolutionSource', {
  description: 'How it is known what a number is.',
  values: {
    PREFIX: { value: 'prefix', description: 'By its first digits.' },
    LOOKUP: { value: 'lookup', description: "The account's number lookup was asked just now." },
    CACHE: { value: 'cache', description: 'It was asked before, and its answer still counts.' },
  } as const,
});

const OperatorType = builder.objectRef<Operator>('Operator').implement({
  description: 'A mobile network.',
  fields: (t) => ({
    mccMnc: t.exposeString('mccMnc', {
      description: 'Mobile country code and network code, e.g. `21910`: what prices and routes go by.',
    }),
    name: t.string({
      nullable: true,
      description: 'As people call it, where it is known.',
      resolve: ({ name }) => name,
    }),
  }),
});

export const NumberResolution = builder.objectRef<Resolution>('NumberResolution').implement({
  description: 'What is known of a number without calling it.',
  fields: (t) => ({
    country: t.exposeString('country', { description: 'ISO 3166-1 alpha-2; `00` = of no country.' }),
    operator: t.field({
      type: OperatorType,
      nullable: true,
      description: 'The network that it is with; absent when it cannot be told.',
      resolve: ({ operator }) => operator,
    }),
    confidence: t.exposeFloat('confidence', { description: 'That it is with `operator` today, 0–1.' }),
    lineType: t.expose('lineType', { type: LineType, description: 'What kind of line it is.' }),
    ported: t.boolean({
      nullable: true,
      description: 'Whether it has left the network that it was given out by; absent when nobody has looked.',
      resolve: ({ ported }) => ported,
    }),
    reachable: t.boolean({
      nullable: true,
      description: 'Whether its network could reach it when it was looked up; absent when nobody has looked.',
      resolve: ({ reachable }) => reachable,
    }),
    source: t.expose('source', { type: ResolutionSource, description: 'How that is known.' }),
  }),
});

builder.queryField('resolveNumber', (t) =>
  t.field({
    permission: 'numbers:read',
    type: NumberResolution,
    description:
      'What is known of a number. Sends nothing. That it was asked is noted in the audit log, and whoever lacks ' +
      '`numbers:reveal` asks so often and no more, as in `VerificationFilter.to`.',
    errors: { types: [InvalidPhoneNumber, TooManySearches] },
    args: {
      to: t.arg({ type: 'PhoneNumber', required: true, description: 'With its country code.' }),
      lookup: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: "Ask the account's number lookup if nobody has; it costs what a lookup costs.",
      }),
    },
    resolve: (_root, args, context) => describeNumber(context.app, callerOf(context), args),
  }),
);

const NumberLookupDay = builder.objectRef<typeof numberLookupDays.$inferSelect>('NumberLookupDay').implement({
  description: 'What the lookups of a day came to.',
  fields: (t) => ({
    day: t.exposeString('day', { description: 'In UTC, e.g. `2026-11-23`.' }),
    answered: t.exposeInt('answered', { description: 'Answers that were paid for.' }),
    failed: t.exposeInt('failed', { description: 'Without an answer, or with one that could not be read.' }),
    cost: t.exposeFloat('cost', { description: "Of the answers, in the account's currency." }),
  }),
});

const NumberLookup = builder.objectRef<LookupRow>('NumberLookup').implement({
  description: 'Where numbers are looked up before a message is routed: who serves them today.',
  fields: (t) => ({
    config: t.field({
      type: 'JSON',
      description: 'How it is asked and understood. Secrets are named in it, never shown.',
      resolve: ({ config }) => config,
    }),
    secrets: t.stringList({
      description: 'Names of the secrets that are set.',
      resolve: ({ config }) => [...namesOf(secretsOfLookup(config))],
    }),
    updatedAt: t.field({
      type: 'DateTime',
      description: 'When it was last set.',
      resolve: ({ updatedAt }) => updatedAt,
    }),
    problem: t.string({
      nullable: true,
      description: 'What is wrong with it, in words, as the process that answers this sees it.',
      resolve: (_lookup, _args, context) => lookupProblem(context.app, callerOf(context)),
    }),
    days: t.field({
      type: [NumberLookupDay],
      description: 'What lookups came to, the latest day first; days without any are left out.',
      args: {
        first: t.arg.int({ required: true, defaultValue: 30, description: `How many, 1–${MAX_DAYS}.` }),
      },
      resolve: (_lookup, { first }, context) =>
        lookupDays(context.app, callerOf(context), Math.max(1, Math.min(first, MAX_DAYS))),
    }),
  }),
});

builder.queryField('numberLookup', (t) =>
  t.field({
    permission: 'numbers:read',
    type: NumberLookup,
    nullable: true,
    description: "The account's number lookup. `null` when it has none.",
    resolve: (_root, _args, context) => findNumberLookup(context.app, callerOf(context)),
  }),
);

const SetNumberLookupInput = builder.inputType('SetNumberLookupInput', {
  description: 'A database of who serves which number, asked over HTTP and described without code.',
  fields: (t) => ({
    config: t.field({
      type: 'JSON',
      required: true,
      description: 'Request and answer; see the README of `src/numbers`.',
    }),
    secrets: t.field({
      type: 'JSON',
      description:
        'The secrets that the configuration names, texts by name; those that are set and not given stay. ' +
        'Stored sealed and never shown.',
    }),
    currency: t.string({
      description: "Of the price, ISO 4217. It must be the account's: nothing is converted.",
    }),
  }),
});

builder.mutationField('setNumberLookup', (t) =>
  t.field({
    permission: 'numbers:write',
    audit: 'number_lookup.set',
    type: NumberLookup,
    description: 'From now on numbers are looked up there; every worker follows at once.',
    errors: { types: [NumberLookupOutsideResidency, InvalidInput] },
    args: { input: t.arg({ type: SetNumberLookupInput, required: true, description: 'The lookup.' }) },
    resolve: (_root, { input }, context) => setNumberLookup(context.app, callerOf(context), input),
  }),
);

builder.mutationField('clearNumberLookup', (t) =>
  t.boolean({
    permission: 'numbers:write',
    audit: 'number_lookup.clear',
    description: 'Numbers are looked up no longer. Whether there was a lookup.',
    resolve: (_root, _args, context) => clearNumberLookup(context.app, callerOf(context)),
  }),
);

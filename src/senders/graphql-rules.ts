import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import type { Register, SenderKind as Kind } from './country-rules.ts';
import { SenderKind } from './graphql.ts';
import { judgeSender } from './judge-sender.ts';
import { listRules, type KnownRule } from './rules.ts';
import type { SenderVerdict } from './verdict.ts';

/** One description per field, for reading and for writing it. */
export const ABOUT = {
  country: 'ISO 3166-1 alpha-2.',
  asOf: 'The day on which somebody last looked, ISO 8601, e.g. `2026-11-23`: such rules change.',
  note: 'What it supposes, or leaves out.',
  kinds: 'The kinds of senders that the country takes; others are refused.',
  register: 'The register that such a sender must be in; absent = none.',
  plainNames: 'Whether names are of letters and digits alone, not of digits alone, and none that is generic.',
  shortCodes: 'What its short codes look like, `x` being any digit, e.g. `36xxx`; absent = any.',
  code: 'Stable: a registration names its register by it, e.g. `10dlc`.',
  name: 'As people call it.',
  unregistered: 'What becomes of a message whose sender is not in it.',
  from: 'The day from which it counts, ISO 8601, at midnight UTC; absent when it does already.',
};

export const Unregistered = builder.enumType('UnregisteredSenders', {
  description: 'What becomes of a message whose sender is not registered.',
  values: {
    BLOCKED: { value: 'blocked', description: 'It does not arrive: such a sender is refused here.' },
    DEGRADED: { value: 'degraded', description: 'It arrives, but is treated worse: it is sent.' },
  } as const,
});

const SenderRegister = builder.objectRef<Register>('SenderRegister').implement({
  description: 'A register that senders are entered into before they are used.',
  fields: (t) => ({
    code: t.exposeString('code', { description: ABOUT.code }),
    name: t.exposeString('name', { description: ABOUT.name }),
    unregistered: t.expose('unregistered', { type: Unregistered, description: ABOUT.unregistered }),
    from: t.string({ nullable: true, description: ABOUT.from, resolve: (register) => register.from }),
  }),
});

const SenderKindRule = builder
  .objectRef<{ kind: Kind; register: Register | null }>('SenderKindRule')
  .implement({
    description: 'A kind of senders that a country takes.',
    fields: (t) => ({
      kind: t.expose('kind', { type: SenderKind, description: 'Which kind.' }),
      register: t.expose('register', { type: SenderRegister, nullable: true, description: ABOUT.register }),
    }),
  });

const RuleSource = builder.enumType('SenderRuleSource', {
  description: 'Where a rule comes from.',
  values: {
    BUILT_IN: { value: 'builtIn', description: 'It came with this version.' },
    OWN: { value: 'own', description: 'The account has set it, in the place of the built-in one.' },
  } as const,
});

export const SenderRule = builder.objectRef<KnownRule>('SenderRule').implement({
  description: "What a country's networks take as a sender: a claim with a date, not law.",
  fields: (t) => ({
    country: t.exposeString('country', { description: ABOUT.country }),
    source: t.expose('source', { type: RuleSource, description: 'Where it comes from.' }),
    asOf: t.string({ description: ABOUT.asOf, resolve: ({ rule }) => rule.asOf }),
    note: t.string({ nullable: true, description: ABOUT.note, resolve: ({ rule }) => rule.note }),
    kinds: t.field({
      type: [SenderKindRule],
      description: ABOUT.kinds,
      resolve: ({ rule }) =>
        Object.entries(rule.kinds).map(([kind, register]) => ({ kind: kind as Kind, register })),
    }),
    plainNames: t.boolean({
      description: ABOUT.plainNames,
      resolve: ({ rule }) => rule.plainNames ?? false,
    }),
    shortCodes: t.stringList({
      nullable: true,
      description: ABOUT.shortCodes,
      resolve: ({ rule }) => rule.shortCodes,
    }),
  }),
});

builder.queryField('senderRules', (t) =>
  t.field({
    permission: 'senders:read',
    type: [SenderRule],
    description:
      'The rules that count for this account on carriers with `senderRules: CHECK`, by country. A country ' +
      'without one takes every sender.',
    args: { country: t.arg.string({ description: 'Only that of this country, ISO 3166-1 alpha-2.' }) },
    resolve: (_root, { country }, context) =>
      listRules(context.app, callerOf(context).accountId, country ?? undefined),
  }),
);

const SenderVerdictType = builder.objectRef<SenderVerdict>('SenderVerdict').implement({
  description: 'Whether a country takes a sender.',
  fields: (t) => ({
    allowed: t.boolean({ description: 'Whether a message may come from it.', resolve: ({ ok }) => ok }),
    code: t.string({
      nullable: true,
      description: 'Why not, e.g. `sender/registration_missing`.',
      resolve: (verdict) => (verdict.ok ? null : verdict.code),
    }),
    reason: t.string({
      nullable: true,
      description: 'Why not, in words.',
      resolve: (verdict) => (verdict.ok ? null : verdict.reason),
    }),
    register: t.string({
      nullable: true,
      description: 'Code of the register that it must be in, when it is for that.',
      resolve: (verdict) => (verdict.ok ? null : verdict.register),
    }),
    advice: t.string({
      nullable: true,
      description: 'What would make it go better, though it may be used as it is.',
      resolve: (verdict) => (verdict.ok ? verdict.advice : null),
    }),
  }),
});

builder.queryField('senderVerdict', (t) =>
  t.field({
    permission: 'senders:read',
    type: SenderVerdictType,
    description: 'Whether a country takes a sender now, by the rules and registrations of the account.',
    args: {
      country: t.arg.string({ required: true, description: ABOUT.country }),
      sender: t.arg.string({ required: true, description: 'A name, a number with `+`, or a short code.' }),
    },
    resolve: (_root, { country, sender }, context) =>
      judgeSender(context.app, callerOf(context).accountId, country, sender),
  }),
);

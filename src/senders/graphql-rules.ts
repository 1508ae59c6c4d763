import { InvalidInput } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { clearSenderRule } from './clear-rule.ts';
import type { Register, SenderKind as Kind } from './country-rules.ts';
import { SenderKind } from './graphql.ts';
import { listRules, type KnownRule } from './rules.ts';
import { setSenderRule } from './set-rule.ts';

const ABOUT = {
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

const Unregistered = builder.enumType('UnregisteredSenders', {
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

const SenderRule = builder.objectRef<KnownRule>('SenderRule').implement({
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
    type: [SenderRule],
    description:
      'The rules that count for this account on carriers with `senderRules: CHECK`, by country. A country ' +
      'without one takes every sender.',
    args: { country: t.arg.string({ description: 'Only that of this country, ISO 3166-1 alpha-2.' }) },
    resolve: (_root, { country }, context) =>
      listRules(context.app, callerOf(context).accountId, country ?? undefined),
  }),
);

const SenderRegisterInput = builder.inputType('SenderRegisterInput', {
  description: 'A register that senders are entered into before they are used.',
  fields: (t) => ({
    code: t.string({ required: true, description: `${ABOUT.code} 1 to 40 of a–z, 0–9 and \`_\`.` }),
    name: t.string({ required: true, description: ABOUT.name }),
    unregistered: t.field({ type: Unregistered, required: true, description: ABOUT.unregistered }),
    from: t.string({ description: ABOUT.from }),
  }),
});

const SenderKindRuleInput = builder.inputType('SenderKindRuleInput', {
  description: 'A kind of senders that a country takes.',
  fields: (t) => ({
    kind: t.field({ type: SenderKind, required: true, description: 'Which kind.' }),
    register: t.field({ type: SenderRegisterInput, description: ABOUT.register }),
  }),
});

const SetSenderRuleInput = builder.inputType('SetSenderRuleInput', {
  description: 'What counts for the account of a country, as a whole.',
  fields: (t) => ({
    country: t.string({ required: true, description: ABOUT.country }),
    asOf: t.string({ required: true, description: ABOUT.asOf }),
    note: t.string({ description: ABOUT.note }),
    kinds: t.field({ type: [SenderKindRuleInput], required: true, description: ABOUT.kinds }),
    plainNames: t.boolean({ description: `${ABOUT.plainNames} Default \`false\`.` }),
    shortCodes: t.stringList({ description: ABOUT.shortCodes }),
  }),
});

const ClearSenderRuleInput = builder.inputType('ClearSenderRuleInput', {
  description: 'Of which country the own rule is to be forgotten.',
  fields: (t) => ({ country: t.string({ required: true, description: ABOUT.country }) }),
});

const ClearedSenderRule = builder.objectRef<{ rule: KnownRule | undefined }>('ClearedSenderRule').implement({
  description: 'A country without an own rule of the account.',
  fields: (t) => ({
    rule: t.expose('rule', {
      type: SenderRule,
      nullable: true,
      description: 'The built-in rule, which counts again; absent when there is none: every sender is taken.',
    }),
  }),
});

builder.mutationField('setSenderRule', (t) =>
  t.field({
    type: SenderRule,
    description:
      "Sets the account's own rule of a country, in the place of the built-in one. It counts at once, also for " +
      'what is queued.',
    errors: { types: [InvalidInput] },
    args: { input: t.arg({ type: SetSenderRuleInput, required: true, description: 'The rule.' }) },
    resolve: (_root, { input: { country, kinds, note, plainNames, shortCodes, asOf } }, context) =>
      setSenderRule(context.app, callerOf(context).accountId, country, {
        asOf,
        kinds: Object.fromEntries(kinds.map(({ kind, register }) => [kind, readRegister(register)])),
        ...(note != null && { note }),
        ...(plainNames != null && { plainNames }),
        ...(shortCodes != null && { shortCodes }),
      }),
  }),
);

builder.mutationField('clearSenderRule', (t) =>
  t.field({
    type: ClearedSenderRule,
    description: "Forgets the account's own rule of a country.",
    errors: { types: [InvalidInput] },
    args: { input: t.arg({ type: ClearSenderRuleInput, required: true, description: 'Which country.' }) },
    resolve: async (_root, { input: { country } }, context) => ({
      rule: await clearSenderRule(context.app, callerOf(context).accountId, country),
    }),
  }),
);

function readRegister(input: typeof SenderRegisterInput.$inferInput | null | undefined): Register | null {
  if (!input) return null;
  const { from, ...register } = input;
  return { ...register, ...(from != null && { from }) };
}

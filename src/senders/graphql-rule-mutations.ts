import { InvalidInput } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { clearSenderRule } from './clear-rule.ts';
import type { Register } from './country-rules.ts';
import { SenderKind } from './graphql.ts';
import { ABOUT, SenderRule, Unregistered } from './graphql-rules.ts';
import type { KnownRule } from './rules.ts';
import { setSenderRule } from './set-rule.ts';

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
    permission: 'senders:write',
    audit: 'sender_rule.set',
    type: SenderRule,
    description:
      "Sets the account's own rule of a country, in the place of the built-in one. It counts at once, also for " +
      'what is queued.',
    errors: { types: [InvalidInput] },
    args: { input: t.arg({ type: SetSenderRuleInput, required: true, description: 'The rule.' }) },
    resolve: (_root, { input: { country, kinds, note, plainNames, shortCodes, asOf } }, context) =>
      setSenderRule(context.app, callerOf(context), country, {
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
    permission: 'senders:write',
    audit: 'sender_rule.clear',
    type: ClearedSenderRule,
    description: "Forgets the account's own rule of a country.",
    errors: { types: [InvalidInput] },
    args: { input: t.arg({ type: ClearSenderRuleInput, required: true, description: 'Which country.' }) },
    resolve: async (_root, { input: { country } }, context) => ({
      rule: await clearSenderRule(context.app, callerOf(context), country),
    }),
  }),
);

function readRegister(input: typeof SenderRegisterInput.$inferInput | null | undefined): Register | null {
  if (!input) return null;
  const { from, ...register } = input;
  return { ...register, ...(from != null && { from }) };
}

import { InvalidInput } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { AccountOutsideRegion } from './errors.ts';
import { findAccount } from './find-account.ts';
import { setAllowedOrigins } from './set-allowed-origins.ts';
import { setResidency } from './set-residency.ts';

errorType(
  AccountOutsideRegion,
  'This installation keeps its accounts in the region where it is (`REGION`).',
  (t) => ({
    field: t.exposeString('field', { description: 'The field that is wrong, always `residency`.' }),
  }),
);

export const Account = builder.drizzleObject('accounts', {
  name: 'Account',
  permission: 'account:read',
  description: 'A customer: all else belongs to exactly one.',
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `acc_`.', resolve: (account) => account.id }),
    name: t.string({ description: 'The name it was given.', resolve: (account) => account.name }),
    residency: t.string({
      nullable: true,
      description: 'The region that its messages must not leave, e.g. `EU`; absent = they may go anywhere.',
      resolve: (account) => account.residency,
    }),
    currency: t.string({
      description: 'Of all its prices and amounts, ISO 4217.',
      resolve: (account) => account.currency,
    }),
    allowedOrigins: t.stringList({
      nullable: true,
      description:
        'The origins whose pages may call with its keys and tokens, beside those that the operator names; absent = as ' +
        'the operator says.',
      resolve: (account) => account.allowedOrigins,
    }),
    requireSecondFactor: t.boolean({
      description: 'Whether people can do nothing in it without a second factor.',
      resolve: (account) => account.requireSecondFactor,
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was created.',
      resolve: (account) => account.createdAt,
    }),
  }),
});

builder.queryField('account', (t) =>
  t.field({
    permission: 'account:read',
    type: Account,
    description: 'The account of whoever asks.',
    resolve: (_root, _args, context) => findAccount(context.app, callerOf(context).accountId),
  }),
);

const SetResidencyInput = builder.inputType('SetResidencyInput', {
  description: "Where the account's messages may leave.",
  fields: (t) => ({
    residency: t.string({
      description:
        'Two capital letters, e.g. `EU`: from now on only carriers of this region are used. `null` or absent = any.',
    }),
  }),
});

builder.mutationField('setResidency', (t) =>
  t.field({
    permission: 'account:write',
    audit: 'account.set_residency',
    type: Account,
    description:
      'Keeps the messages of the account to carriers of one region. A carrier that does not say where it is ' +
      'counts as outside. Those that there are already stay, and nothing is sent over them: ' +
      '`carriersOutsideResidency` names them. Workers follow at once.',
    errors: { types: [AccountOutsideRegion, InvalidInput] },
    args: { input: t.arg({ type: SetResidencyInput, required: true, description: 'The region.' }) },
    resolve: (_root, { input }, context) =>
      setResidency(context.app, callerOf(context), input.residency ?? null),
  }),
);

const SetAllowedOriginsInput = builder.inputType('SetAllowedOriginsInput', {
  description: 'Whose pages may call.',
  fields: (t) => ({
    origins: t.stringList({
      description:
        'At most 50, e.g. `https://shop.example`. An empty list = no page at all; `null` or absent = as the operator says.',
    }),
  }),
});

builder.mutationField('setAllowedOrigins', (t) =>
  t.field({
    permission: 'account:write',
    audit: 'account.set_allowed_origins',
    type: Account,
    description:
      'Lets the pages of these origins, and of no others, call with the keys and tokens of the account. Calls of ' +
      'servers and apps, which have no `Origin`, stay as they are. Every process follows at once.',
    errors: { types: [InvalidInput] },
    args: { input: t.arg({ type: SetAllowedOriginsInput, required: true, description: 'Which ones.' }) },
    resolve: (_root, { input }, context) =>
      setAllowedOrigins(context.app, callerOf(context), input.origins ?? null),
  }),
);

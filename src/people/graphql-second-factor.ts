import { SecondFactorNeeded } from '../accounts/errors.ts';
import { Account } from '../accounts/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { requireSecondFactor } from './require-second-factor.ts';

errorType(SecondFactorNeeded, 'It needs somebody who has signed in with a second factor. Nothing was done.');

const SetRequireSecondFactorInput = builder.inputType('SetRequireSecondFactorInput', {
  description: 'Whether a second factor is needed.',
  fields: (t) => ({
    required: t.boolean({ required: true, description: 'Whether a password alone is not enough.' }),
  }),
});

builder.mutationField('setRequireSecondFactor', (t) =>
  t.field({
    permission: 'account:write',
    audit: 'account.set_require_second_factor',
    type: Account,
    description:
      'Lets people do nothing in the account, but for setting up a second factor, until they have signed in with one: ' +
      'an authenticator app, or a passkey. It counts at once in every process: what they have open is closed with 4403. ' +
      'API keys and tokens stay as they are. Whoever sets it has signed in with a second factor themselves.',
    errors: { types: [SecondFactorNeeded] },
    args: {
      input: t.arg({ type: SetRequireSecondFactorInput, required: true, description: 'Whether it is.' }),
    },
    resolve: (_root, { input }, context) =>
      requireSecondFactor(context.app, callerOf(context), input.required),
  }),
);

import { readBinding, type ClientBinding } from '../accounts/client-binding.ts';
import { issueClientToken } from '../accounts/client-token.ts';
import { TooManySearches } from '../accounts/errors.ts';
import { InvalidInput } from '../errors.ts';
import { CLOSED_TO_CLIENT_TOKEN } from '../graphql/audience.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { parseId } from '../ids.ts';
import { SenderNotAllowed } from '../senders/errors.ts';
import { ServiceNotFound } from '../services/errors.ts';
import { Channel } from '../services/graphql-channel.ts';
import { readServiceId } from '../services/read-service-id.ts';
import { cancelVerification } from './cancel.ts';
import { checkVerification } from './check.ts';
import {
  CountryNotAllowed,
  DestinationLocked,
  DestinationOptedOut,
  IdempotencyConflict,
  InvalidCode,
  InvalidPhoneNumber,
  TooManyChecks,
  TooManySends,
  VerificationAlreadyUsed,
  VerificationCanceled,
  VerificationExpired,
  VerificationFailed,
  VerificationNotFound,
  VerificationSettled,
  WrongCode,
} from './errors.ts';
import { Verification } from './graphql.ts';
import { about } from './graphql-ended.ts';
import { startVerification } from './start.ts';
import { unlockDestination } from './unlock.ts';

// Marks the row that a start answers with: only there a client token is given out.
const STARTED = Symbol('started');

builder.drizzleObjectField(Verification, 'clientToken', (t) =>
  t.string({
    nullable: true,
    description:
      "On a start's answer only: a short-lived bearer for a frontend. It may subscribe to `verificationEvents` of " +
      'this verification, and nothing else, from where the start said (`clientOrigin`, `clientApp`). It ends a minute ' +
      'after the verification has.',
    extensions: CLOSED_TO_CLIENT_TOKEN,
    resolve: (v, _args, context) => (STARTED in v ? issueClientToken(context.app.keys, v, boundTo(v)) : null),
  }),
);

function boundTo(v: object): ClientBinding | undefined {
  return (v as { [STARTED]?: ClientBinding })[STARTED];
}

const StartVerificationInput = builder.inputType('StartVerificationInput', {
  description: 'Whom to send a code, and how.',
  fields: (t) => ({
    to: t.string({
      required: true,
      description:
        "A phone number as a person types it; without a country code the service's default country counts.",
    }),
    channel: t.field({ type: Channel, defaultValue: 'sms', description: 'How the code travels.' }),
    locale: t.string({ description: "Language of the message, BCP 47; the service's default when absent." }),
    idempotencyKey: t.string({
      description:
        'A repeated start with the same key returns the first answer and sends nothing. 1 to 255 characters.',
    }),
    serviceId: t.id({ description: "Whose rules to follow; the account's default service when absent." }),
    clientOrigin: t.string({
      description:
        'Only pages of this origin may use the `clientToken`, e.g. `https://shop.example`: their browser must say so.',
    }),
    clientApp: t.string({
      description:
        'Only this app may use the `clientToken`, e.g. `com.example.app`: it says so in the header `Otpost-App`, or as ' +
        '`app` in `connection_init`, and sends no `Origin`. An id is a label, not a proof.',
    }),
  }),
});

const CheckVerificationInput = builder.inputType('CheckVerificationInput', {
  description: 'A code as it was typed.',
  fields: (t) => ({
    verificationId: t.id({ required: true, description: 'Which verification.' }),
    code: t.string({
      required: true,
      description: 'Spaces, dashes and digits of any script are understood.',
    }),
    clientAddress: t.string({
      description:
        'The IP address of whoever typed it, if your server knows it: guessing from one address is noticed by it ' +
        '(`abuseAlarms`). It is not kept, unless that happens.',
    }),
  }),
});

const CancelVerificationInput = builder.inputType('CancelVerificationInput', {
  description: 'Which verification to call off.',
  fields: (t) => ({
    verificationId: t.id({ required: true, description: 'Which verification.' }),
  }),
});

const UnlockDestinationInput = builder.inputType('UnlockDestinationInput', {
  description: 'Which destination to unlock.',
  fields: (t) => ({
    to: t.string({ required: true, description: 'The phone number.' }),
    serviceId: t.id({ description: "For which service; the account's default service when absent." }),
  }),
});

const UnlockedDestination = builder.objectRef<{ wasLocked: boolean }>('UnlockedDestination').implement({
  description: 'A destination that can be verified.',
  fields: (t) => ({
    wasLocked: t.exposeBoolean('wasLocked', { description: 'Whether there was anything to forget.' }),
  }),
});

builder.mutationField('startVerification', (t) =>
  t.field({
    permission: 'verifications:write',
    audit: 'verification.start',
    type: Verification,
    description:
      'Sends a code, or with `channel: INBOUND_SMS` says which code to text to which number. While a verification of ' +
      'the same destination and service is pending it gets one more message instead: the same verification, the ' +
      'same end. With another channel it goes on over that one.',
    errors: {
      types: [
        InvalidPhoneNumber,
        CountryNotAllowed,
        SenderNotAllowed,
        TooManySends,
        DestinationLocked,
        DestinationOptedOut,
        IdempotencyConflict,
        ServiceNotFound,
        InvalidInput,
      ],
    },
    args: { input: t.arg({ type: StartVerificationInput, required: true, description: 'Whom, and how.' }) },
    resolve: async (_root, { input }, context) => {
      const binding = readBinding(input);
      const verification = await startVerification(context.app, callerOf(context), {
        to: input.to,
        channel: input.channel ?? 'sms',
        locale: input.locale ?? undefined,
        idempotencyKey: input.idempotencyKey ?? undefined,
        serviceId: readServiceId(input.serviceId),
        binding,
      });
      return { ...verification, [STARTED]: binding };
    },
  }),
);

builder.mutationField('checkVerification', (t) =>
  t.field({
    permission: 'verifications:write',
    audit: 'verification.check',
    type: Verification,
    description:
      'Checks a code; the right one approves the verification, exactly once. At most one per operation.',
    errors: {
      types: [
        WrongCode,
        InvalidCode,
        VerificationExpired,
        VerificationAlreadyUsed,
        VerificationCanceled,
        VerificationFailed,
        TooManyChecks,
        DestinationLocked,
        VerificationNotFound,
        InvalidInput,
      ],
    },
    args: { input: t.arg({ type: CheckVerificationInput, required: true, description: 'The code.' }) },
    resolve: async (_root, { input }, context) => {
      const verificationId = parseId('vrf', input.verificationId);
      if (!verificationId) throw new VerificationNotFound();
      try {
        return await checkVerification(context.app, callerOf(context), {
          verificationId,
          code: input.code,
          clientAddress: input.clientAddress ?? undefined,
        });
      } catch (error) {
        throw about(verificationId, error);
      }
    },
  }),
);

builder.mutationField('cancelVerification', (t) =>
  t.field({
    permission: 'verifications:write',
    audit: 'verification.cancel',
    type: Verification,
    description:
      'Calls a pending verification off: its code no longer approves, and what is still queued is not sent.',
    errors: { types: [VerificationNotFound, VerificationSettled] },
    args: { input: t.arg({ type: CancelVerificationInput, required: true, description: 'Which one.' }) },
    resolve: (_root, { input }, context) => {
      const verificationId = parseId('vrf', input.verificationId);
      if (!verificationId) throw new VerificationNotFound();
      return cancelVerification(context.app, callerOf(context), verificationId);
    },
  }),
);

builder.mutationField('unlockDestination', (t) =>
  t.field({
    permission: 'destinations:unlock',
    audit: 'destination.unlock',
    type: UnlockedDestination,
    description:
      'Lifts the lock of a destination that had too many wrong codes in a row. Whoever lacks `numbers:reveal` asks so ' +
      'often and no more, as in `VerificationFilter.to`.',
    errors: { types: [InvalidPhoneNumber, ServiceNotFound, TooManySearches] },
    args: { input: t.arg({ type: UnlockDestinationInput, required: true, description: 'Which one.' }) },
    resolve: async (_root, { input }, context) => ({
      wasLocked: await unlockDestination(context.app, callerOf(context), {
        to: input.to,
        serviceId: readServiceId(input.serviceId),
      }),
    }),
  }),
);

import { CLOSED_TO_CLIENT_TOKEN } from '../graphql/audience.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { codeRowOf } from '../verifications/code-row.ts';
import { Verification } from '../verifications/graphql.ts';
import { mayReadCode, sandboxCodeOf } from '../verifications/sandbox-code.ts';
import { sandboxNumbers, type SandboxNumbers } from './test-numbers.ts';

const SandboxOutcome = builder.enumType('SandboxOutcome', {
  description: 'What becomes of a test, by the number that it goes to.',
  values: {
    DELIVERED: {
      value: 'delivered',
      description: 'The message is delivered, as to every number that asks for nothing else.',
    },
    UNDELIVERED: {
      value: 'undelivered',
      description: 'The carrier takes the message and reports an unknown number: `MessageUndelivered`.',
    },
    DELAYED: { value: 'delayed', description: 'The message is delivered after 20 seconds.' },
    REJECTED: {
      value: 'rejected',
      description:
        'The carrier does not take the message: `MessageFailed`, and `VerificationFailed` as `UNDELIVERABLE`.',
    },
    LOST: {
      value: 'lost',
      description: 'The carrier takes the message, and is never heard of again: no receipt comes.',
    },
    BLOCKED: {
      value: 'blocked',
      description: 'The owner of the number wants no messages: the start is answered `DestinationOptedOut`.',
    },
    EXPIRED: {
      value: 'expired',
      description: 'The verification is valid for 3 seconds, and no receipt comes: `VerificationExpired`.',
    },
  } as const,
});

const SandboxNumbersType = builder.objectRef<SandboxNumbers>('SandboxNumbers').implement({
  description:
    'Ten numbers for tests with one outcome. Their last four digits count: with any other area code they do the same. ' +
    'They are set aside for fiction, so they belong to nobody.',
  fields: (t) => ({
    outcome: t.expose('outcome', { type: SandboxOutcome, description: 'What becomes of a test.' }),
    first: t.expose('first', { type: 'PhoneNumber', description: 'The first of the ten.' }),
    last: t.expose('last', { type: 'PhoneNumber', description: 'The last of the ten.' }),
  }),
});

builder.queryField('sandboxNumbers', (t) =>
  t.field({
    permission: 'verifications:read',
    type: [SandboxNumbersType],
    description:
      'The numbers that a test with a test key can go to, for each outcome. Every other number is delivered to.',
    resolve: () => sandboxNumbers(),
  }),
);

builder.drizzleObjectField(Verification, 'sandboxCode', (t) =>
  t.string({
    nullable: true,
    description:
      'The code of a test, for a test key alone: so it is checked without a handset. Absent for all that is live.',
    extensions: CLOSED_TO_CLIENT_TOKEN,
    resolve: async (v, _args, context) => {
      const who = callerOf(context);
      if (!mayReadCode(who, v)) return null;
      return sandboxCodeOf(context.app.keys, who, await codeRowOf(context.app, v));
    },
  }),
);

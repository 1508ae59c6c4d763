import { Mode } from '../accounts/graphql-mode.ts';
import { OPEN_TO_CLIENT_TOKEN } from '../graphql/audience.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { Channel } from '../services/graphql-channel.ts';
import { Service } from '../services/graphql.ts';
import { shownNumber, type Numbered } from './number-of.ts';

export const VerificationStatus = builder.enumType('VerificationStatus', {
  description: 'Where a verification stands. All but `PENDING` are final.',
  values: {
    PENDING: { value: 'pending', description: 'Waits for its code.' },
    APPROVED: { value: 'approved', description: 'The code came back: the destination is proven.' },
    CANCELED: { value: 'canceled', description: 'Called off.' },
    EXPIRED: { value: 'expired', description: 'The code did not come in time.' },
    MAX_CHECKS_REACHED: { value: 'max_checks_reached', description: 'Too many wrong codes.' },
    FAILED: {
      value: 'failed',
      description: 'No carrier can reach the number, no route may carry a message to it, or it was blocked.',
    },
  } as const,
});

const FailureReason = builder.enumType('FailureReason', {
  description: 'Why a verification failed.',
  values: {
    UNDELIVERABLE: {
      value: 'undeliverable',
      description: 'No carrier can reach the number, or none is tried: it is a fixed line.',
    },
    BLOCKED: {
      value: 'blocked',
      description: 'It was blocked, or the owner of the number wants no more messages.',
    },
    NO_ROUTE: {
      value: 'no_route',
      description:
        'The account has no route that may carry a message to the number: none serves it, or its sender, price or ' +
        'region forbids. `Message.failureReason` says which. Another number will not help.',
    },
  } as const,
});

export const Verification = builder.drizzleObject('verifications', {
  name: 'Verification',
  permission: 'verifications:read',
  description: 'One attempt of one person to prove one destination.',
  extensions: OPEN_TO_CLIENT_TOKEN,
  // What the code is made from is never read here.
  select: {
    columns: {
      accountId: true,
      id: true,
      serviceId: true,
      mode: true,
      country: true,
      channel: true,
      locale: true,
      status: true,
      failureReason: true,
      checksUsed: true,
      maxChecks: true,
      sendsLeft: true,
      nextSendAt: true,
      version: true,
      createdAt: true,
      expiresAt: true,
      settledAt: true,
    },
  },
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `vrf_`.', resolve: (v) => v.id }),
    mode: t.field({
      type: Mode,
      description: 'Whether it is for real or a test; that of the key that started it.',
      resolve: (v) => v.mode,
    }),
    to: t.field({
      type: 'PhoneNumber',
      description:
        'The destination, masked (`+385•••••••67`) unless the caller may see it. Numbers are kept for a shorter time ' +
        'than verifications: of one that has gone the country is left (`+385•••••••••`).',
      resolve: (v: Numbered, _args, context) => shownNumber(context.app, callerOf(context), v, context.shown),
    }),
    country: t.string({
      description: 'Country of the destination, ISO 3166-1 alpha-2; `00` for international services.',
      resolve: (v) => v.country,
    }),
    channel: t.field({ type: Channel, description: 'How the code travels.', resolve: (v) => v.channel }),
    status: t.field({ type: VerificationStatus, description: 'Where it stands.', resolve: (v) => v.status }),
    failureReason: t.field({
      type: FailureReason,
      nullable: true,
      description: 'Why it failed, when it did.',
      resolve: (v) => v.failureReason,
    }),
    locale: t.string({ description: 'Language of its messages, BCP 47.', resolve: (v) => v.locale }),
    checksLeft: t.int({
      description: 'How many checks are left.',
      resolve: (v) => v.maxChecks - v.checksUsed,
    }),
    sendsLeft: t.int({
      description: 'How many more messages its destination may get within the window, as of its last send.',
      resolve: (v) => v.sendsLeft,
    }),
    nextSendAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the next message may go; absent when at once.',
      resolve: (v) => v.nextSendAt,
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was started.',
      resolve: (v) => v.createdAt,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'Until when its code is valid. A resend does not extend it.',
      resolve: (v) => v.expiresAt,
    }),
    settledAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ended.',
      resolve: (v) => v.settledAt,
    }),
    service: t.relation('service', { type: Service, description: 'The service whose rules it follows.' }),
  }),
});

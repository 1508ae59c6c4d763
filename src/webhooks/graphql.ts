import { Mode } from '../accounts/graphql-mode.ts';
import { builder } from '../graphql/builder.ts';
import { MAX_PAGE_SIZE, readPage, toConnection } from '../graphql/connection.ts';
import { callerOf } from '../graphql/context.ts';
import { parseId, type VerificationId } from '../ids.ts';
import { readModes } from '../verifications/queries.ts';
import { ALL_WEBHOOK_NAMES } from './catalog.ts';
import { watchDisabledEndpoints } from './disabled-stream.ts';
import type { AttemptRecord } from './outcome.ts';
import { urlOf } from './sealed.ts';
import { findWebhookEndpoint, listWebhookEndpoints, pageWebhookDeliveries } from './queries.ts';

const DisabledReason = builder.enumType('WebhookDisabledReason', {
  description: 'Why nothing is sent to an endpoint.',
  values: {
    OWNER: { value: 'owner', description: 'Somebody of the account wanted it.' },
    GONE: { value: 'gone', description: 'It answered 410.' },
    FAILING: { value: 'failing', description: 'Nothing has arrived there for 75 hours.' },
  } as const,
});

export const WebhookEndpoint = builder.drizzleObject('webhookEndpoints', {
  name: 'WebhookEndpoint',
  permission: 'webhooks:read',
  description: 'Where an account wants to be told what happens, by signed HTTP requests (Standard Webhooks).',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `whk_`.', resolve: (endpoint) => endpoint.id }),
    url: t.string({
      description: 'Where it is.',
      resolve: (endpoint, _args, { app }) => urlOf(app, endpoint),
    }),
    description: t.string({
      description: 'What its owner notes about it.',
      resolve: (endpoint) => endpoint.description,
    }),
    events: t.stringList({
      nullable: true,
      description: `What it is told of: ${ALL_WEBHOOK_NAMES.map((name) => `\`${name}\``).join(', ')}; absent = all.`,
      resolve: (endpoint) => endpoint.events,
    }),
    region: t.string({
      nullable: true,
      description: 'Where it is, e.g. `EU`; absent = not known, and closed to accounts with a residency.',
      resolve: (endpoint) => endpoint.region,
    }),
    failingSince: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when nothing has arrived; absent while all is well.',
      resolve: (endpoint) => endpoint.failingSince,
    }),
    disabledAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Since when nothing is sent to it; absent while it is in use. What happens meanwhile waits.',
      resolve: (endpoint) => endpoint.disabledAt,
    }),
    disabledReason: t.field({
      type: DisabledReason,
      nullable: true,
      description: 'Why nothing is sent to it.',
      resolve: (endpoint) => endpoint.disabledReason,
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was added.',
      resolve: (endpoint) => endpoint.createdAt,
    }),
  }),
});

const DeliveryStatus = builder.enumType('WebhookDeliveryStatus', {
  description: 'Where a delivery stands.',
  values: {
    PENDING: { value: 'pending', description: 'On its way, or waiting for its next attempt.' },
    DELIVERED: { value: 'delivered', description: 'The endpoint answered 2xx.' },
    FAILED: { value: 'failed', description: 'No attempt is left, or there was nothing left to send.' },
  } as const,
});

const WebhookAttempt = builder.objectRef<AttemptRecord>('WebhookAttempt').implement({
  description: 'One attempt of a delivery. What the endpoint answered is not kept, only its status.',
  fields: (t) => ({
    at: t.field({ type: 'DateTime', description: 'When it was made.', resolve: ({ at }) => new Date(at) }),
    status: t.exposeInt('status', {
      nullable: true,
      description: 'The HTTP status; absent when there was no answer.',
    }),
    ms: t.exposeInt('ms', { description: 'How long it took. Milliseconds.' }),
    problem: t.exposeString('problem', {
      nullable: true,
      description: 'What went wrong, in words; absent when nothing did.',
    }),
  }),
});

export const WebhookDelivery = builder.drizzleObject('webhookDeliveries', {
  name: 'WebhookDelivery',
  permission: 'webhooks:read',
  description: 'One event, or alarm, on its way to one endpoint.',
  fields: (t) => ({
    id: t.id({
      description: 'Prefixed `whd_`; the `webhook-id` that the endpoint sees, the same in each attempt.',
      resolve: (delivery) => delivery.id,
    }),
    name: t.string({
      description: 'The `type` of what is sent, e.g. `message.delivered`.',
      resolve: (delivery) => delivery.name,
    }),
    verificationId: t.id({
      nullable: true,
      description: 'What it is about; absent of a test and of an alarm.',
      resolve: (delivery) => delivery.verificationId,
    }),
    mode: t.loadable({
      type: Mode,
      nullable: true,
      description:
        'That of its verification; absent of a test of the endpoint, of an alarm, and of a verification that is gone.',
      load: (ids: VerificationId[], context) => readModes(context.app, callerOf(context), ids),
      resolve: ({ verificationId }) => verificationId,
    }),
    version: t.int({
      nullable: true,
      description: 'The number of the event among those of its verification.',
      resolve: (delivery) => delivery.version,
    }),
    status: t.field({
      type: DeliveryStatus,
      description: 'Where it stands.',
      resolve: (delivery) => delivery.status,
    }),
    nextAttemptAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it is tried again; absent when nothing is left to do.',
      resolve: (delivery) => delivery.dueAt,
    }),
    attempts: t.field({
      type: [WebhookAttempt],
      description: 'Its attempts, oldest first.',
      resolve: (delivery) => delivery.log,
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was queued.',
      resolve: (delivery) => delivery.createdAt,
    }),
    settledAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it came to its end.',
      resolve: (delivery) => delivery.settledAt,
    }),
  }),
});

const WebhookDeliveryConnection = builder.connectionObject(
  { type: WebhookDelivery, name: 'WebhookDeliveryConnection', description: 'A page of deliveries.' },
  { description: 'A delivery and its cursor.' },
);

builder.queryField('webhookEndpoints', (t) =>
  t.field({
    permission: 'webhooks:read',
    type: [WebhookEndpoint],
    description: "The account's webhook endpoints, oldest first.",
    resolve: (_root, _args, context) => listWebhookEndpoints(context.app, callerOf(context)),
  }),
);

builder.queryField('webhookDeliveries', (t) =>
  t.field({
    permission: 'webhooks:read',
    type: WebhookDeliveryConnection,
    description:
      'What was sent, or is to be sent, to an endpoint, newest first. Empty when there is no such endpoint.',
    args: {
      endpointId: t.arg.id({ required: true, description: 'Prefixed `whk_`.' }),
      status: t.arg({ type: DeliveryStatus, description: 'Only these.' }),
      first: t.arg.int({ required: true, description: `How many, 1–${MAX_PAGE_SIZE}.` }),
      after: t.arg.string({ description: '`endCursor` of the page before.' }),
    },
    resolve: async (_root, args, context) => {
      const page = readPage('whd', args);
      const endpointId = parseId('whk', args.endpointId);
      const rows = endpointId
        ? await pageWebhookDeliveries(context.app, callerOf(context), endpointId, {
            ...page,
            status: args.status ?? undefined,
          })
        : [];
      return toConnection(rows, args);
    },
  }),
);

builder.subscriptionField('webhookEndpointDisabled', (t) =>
  t.field({
    permission: 'webhooks:read',
    type: WebhookEndpoint,
    nullable: true,
    description:
      'Endpoints as they are disabled because they are gone or nothing arrives there any more; first those that are. ' +
      '`updateWebhookEndpoint(enabled: true)` is the way back. Does not complete.',
    subscribe: (_root, _args, context) => watchDisabledEndpoints(context.app, callerOf(context)),
    resolve: ({ endpointId }, _args, context) =>
      findWebhookEndpoint(context.app, callerOf(context), endpointId),
  }),
);

import { InvalidInput } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf } from '../graphql/context.ts';
import { errorType } from '../graphql/errors.ts';
import { parseId, type WebhookEndpointId } from '../ids.ts';
import { createWebhookEndpoint } from './create-endpoint.ts';
import {
  WebhookAddressRefused,
  WebhookDisabled,
  WebhookNotFound,
  WebhookOutsideResidency,
  WebhookSecretTooShort,
} from './errors.ts';
import { WebhookDelivery, WebhookEndpoint } from './graphql.ts';
import { removeWebhookEndpoint } from './remove-endpoint.ts';
import { replayWebhookDelivery, replayWebhookFailures } from './replay.ts';
import { MAX_OVERLAP_SECONDS, rotateWebhookSecret } from './rotate-secret.ts';
import { sendTestWebhook } from './send-test.ts';
import type { WebhookEndpointRow } from './table.ts';
import { updateWebhookEndpoint } from './update-endpoint.ts';

errorType(WebhookNotFound, 'There is no such endpoint or delivery in this account. Nothing was done.');
errorType(WebhookDisabled, 'The endpoint is disabled. Nothing was done.');
errorType(WebhookAddressRefused, 'This server does not call that address. Nothing was done.', (t) => ({
  field: t.exposeString('field', { description: 'Which field of the input: `url`.' }),
}));
errorType(WebhookSecretTooShort, 'The secret could be guessed. Nothing was done.', (t) => ({
  field: t.exposeString('field', { description: 'Which field of the input: `secret`.' }),
}));
errorType(WebhookOutsideResidency, "The account's data may not go there. Nothing was done.", (t) => ({
  field: t.exposeString('field', { description: 'Which field of the input: `region`.' }),
}));

const NewWebhookSecret = builder
  .objectRef<{ row: WebhookEndpointRow; secret: string }>('NewWebhookSecret')
  .implement({
    description: 'An endpoint with its new secret.',
    fields: (t) => ({
      endpoint: t.expose('row', { type: WebhookEndpoint, description: 'The endpoint.' }),
      secret: t.exposeString('secret', {
        description: '`whsec_…`: what its signatures are verified with. Shown this once.',
      }),
    }),
  });

const EVENTS =
  'What it is told of, e.g. `verification.approved`; `null` = all, alarms of the account included.';
const SECRET =
  'Its own secret, for one that comes from elsewhere: `whsec_` and 24 to 64 random octets in base64. One is made when absent.';
const REGION = "Where it is, e.g. `EU`. An account with a residency needs it, and it must be the account's.";

const CreateInput = builder.inputType('CreateWebhookEndpointInput', {
  description: 'A new endpoint.',
  fields: (t) => ({
    url: t.string({ required: true, description: 'https, or http in the operator’s own networks.' }),
    description: t.string({ description: 'A note, at most 200 characters.' }),
    events: t.stringList({ description: EVENTS }),
    region: t.string({ description: REGION }),
    secret: t.string({ description: SECRET }),
  }),
});

const UpdateInput = builder.inputType('UpdateWebhookEndpointInput', {
  description: 'What changes; what is absent stays as it is.',
  fields: (t) => ({
    endpointId: t.id({ required: true, description: 'Which endpoint.' }),
    url: t.string({ description: 'https, or http in the operator’s own networks.' }),
    description: t.string({ description: 'A note, at most 200 characters.' }),
    events: t.stringList({ description: EVENTS }),
    region: t.string({ description: REGION }),
    enabled: t.boolean({
      description:
        '`false`: nothing is sent, and what happens waits. `true` also brings back one that was disabled by itself.',
    }),
  }),
});

const EndpointInput = builder.inputType('WebhookEndpointInput', {
  description: 'Which endpoint.',
  fields: (t) => ({ endpointId: t.id({ required: true, description: 'Prefixed `whk_`.' }) }),
});

const RotateInput = builder.inputType('RotateWebhookSecretInput', {
  description: 'Which endpoint, and for how long both secrets sign.',
  fields: (t) => ({
    endpointId: t.id({ required: true, description: 'Which endpoint.' }),
    overlapSeconds: t.int({
      required: true,
      defaultValue: 86_400,
      description: `0 to ${MAX_OVERLAP_SECONDS}. Default a day.`,
    }),
    secret: t.string({ description: SECRET }),
  }),
});

const ReplayDeliveryInput = builder.inputType('ReplayWebhookDeliveryInput', {
  description: 'Which delivery.',
  fields: (t) => ({ deliveryId: t.id({ required: true, description: 'Prefixed `whd_`.' }) }),
});

const ReplayFailuresInput = builder.inputType('ReplayWebhookFailuresInput', {
  description: 'Of which endpoint, and since when.',
  fields: (t) => ({
    endpointId: t.id({ required: true, description: 'Which endpoint.' }),
    since: t.field({
      type: 'DateTime',
      required: true,
      description: 'Deliveries that were queued from then on.',
    }),
  }),
});

const ReplayedWebhooks = builder.objectRef<{ count: number }>('ReplayedWebhooks').implement({
  description: 'What is sent again.',
  fields: (t) => ({ count: t.exposeInt('count', { description: 'How many deliveries.' }) }),
});

const INPUT_ERRORS = [InvalidInput, WebhookAddressRefused, WebhookOutsideResidency];
const IN_USE_ERRORS = [WebhookNotFound, WebhookDisabled, WebhookOutsideResidency];

builder.mutationField('createWebhookEndpoint', (t) =>
  t.field({
    permission: 'webhooks:write',
    audit: 'webhook.create',
    type: NewWebhookSecret,
    description: 'Adds an endpoint: it is told of what happens from now on.',
    errors: { types: [...INPUT_ERRORS, WebhookSecretTooShort] },
    args: { input: t.arg({ type: CreateInput, required: true, description: 'The endpoint.' }) },
    resolve: (_root, { input }, context) =>
      createWebhookEndpoint(context.app, callerOf(context), {
        ...input,
        description: input.description ?? undefined,
      }),
  }),
);

builder.mutationField('updateWebhookEndpoint', (t) =>
  t.field({
    permission: 'webhooks:write',
    audit: 'webhook.update',
    type: WebhookEndpoint,
    description: 'Changes an endpoint, also what is on its way to it.',
    errors: { types: [WebhookNotFound, ...INPUT_ERRORS] },
    args: { input: t.arg({ type: UpdateInput, required: true, description: 'What changes.' }) },
    resolve: (_root, { input: { endpointId, ...change } }, context) =>
      updateWebhookEndpoint(context.app, callerOf(context), readId(endpointId), {
        url: change.url ?? undefined,
        description: change.description ?? undefined,
        events: change.events,
        region: change.region,
        enabled: change.enabled ?? undefined,
      }),
  }),
);

builder.mutationField('rotateWebhookSecret', (t) =>
  t.field({
    permission: 'webhooks:write',
    audit: 'webhook.rotate_secret',
    type: NewWebhookSecret,
    description: 'Gives an endpoint a new secret. During the overlap everything is signed with both.',
    errors: { types: [WebhookNotFound, InvalidInput, WebhookSecretTooShort] },
    args: { input: t.arg({ type: RotateInput, required: true, description: 'Which endpoint.' }) },
    resolve: (_root, { input: { endpointId, overlapSeconds, secret } }, context) =>
      rotateWebhookSecret(context.app, callerOf(context), readId(endpointId), overlapSeconds, secret),
  }),
);

builder.mutationField('sendTestWebhook', (t) =>
  t.field({
    permission: 'webhooks:write',
    audit: 'webhook.test',
    type: WebhookDelivery,
    description: 'Sends an endpoint a delivery of the type `test`.',
    errors: { types: IN_USE_ERRORS },
    args: { input: t.arg({ type: EndpointInput, required: true, description: 'Which endpoint.' }) },
    resolve: (_root, { input }, context) =>
      sendTestWebhook(context.app, callerOf(context), readId(input.endpointId)),
  }),
);

builder.mutationField('replayWebhookDelivery', (t) =>
  t.field({
    permission: 'webhooks:write',
    audit: 'webhook.replay',
    type: WebhookDelivery,
    description: 'Sends a delivery once more, under the same `webhook-id`.',
    errors: { types: IN_USE_ERRORS },
    args: { input: t.arg({ type: ReplayDeliveryInput, required: true, description: 'Which delivery.' }) },
    resolve: (_root, { input }, context) => {
      const id = parseId('whd', input.deliveryId);
      if (!id) throw new WebhookNotFound();
      return replayWebhookDelivery(context.app, callerOf(context), id);
    },
  }),
);

builder.mutationField('replayWebhookFailures', (t) =>
  t.field({
    permission: 'webhooks:write',
    audit: 'webhook.replay_failures',
    type: ReplayedWebhooks,
    description: 'Sends again all that failed for an endpoint since a moment.',
    errors: { types: IN_USE_ERRORS },
    args: { input: t.arg({ type: ReplayFailuresInput, required: true, description: 'Of which endpoint.' }) },
    resolve: async (_root, { input }, context) => ({
      count: await replayWebhookFailures(
        context.app,
        callerOf(context),
        readId(input.endpointId),
        input.since,
      ),
    }),
  }),
);

builder.mutationField('removeWebhookEndpoint', (t) =>
  t.field({
    permission: 'webhooks:write',
    audit: 'webhook.remove',
    type: WebhookEndpoint,
    description: 'Removes an endpoint; what was on its way to it goes no further.',
    errors: { types: [WebhookNotFound] },
    args: { input: t.arg({ type: EndpointInput, required: true, description: 'Which endpoint.' }) },
    resolve: (_root, { input }, context) =>
      removeWebhookEndpoint(context.app, callerOf(context), readId(input.endpointId)),
  }),
);

/** @throws {WebhookNotFound} */
function readId(text: string): WebhookEndpointId {
  const id = parseId('whk', text);
  if (!id) throw new WebhookNotFound();
  return id;
}

import { z } from '@hono/zod-openapi';
import { readBinding } from '../../accounts/client-binding.ts';
import { issueClientToken, refuseEnded } from '../../accounts/client-token.ts';
import type { ErrorCode } from '../../errors.ts';
import type { VerificationId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { readServiceId } from '../../services/read-service-id.ts';
import { cancelVerification } from '../../verifications/cancel.ts';
import { checkVerification } from '../../verifications/check.ts';
import { VerificationNotFound } from '../../verifications/errors.ts';
import { findVerification, listVerifications } from '../../verifications/queries.ts';
import { resendVerification } from '../../verifications/resend.ts';
import { startVerification } from '../../verifications/start.ts';
import { addEndpoint, type Gate, type RestApi } from './endpoint.ts';
import { withETag } from './etag.ts';
import { IdempotencyHeader, idParams, PageQuery, pageOf, readIdParam, readPageOf } from './parts.ts';
import {
  Channel,
  Verification,
  verificationShape,
  verificationShapes,
  VerificationStatus,
} from './verification-shape.ts';

const TAG = 'Verifications';
const BY_ID = idParams('vrf', 'The verification');
const ANSWER = { schema: Verification, description: 'The verification.' };

const Started = Verification.extend({
  clientToken: z.string().openapi({
    description:
      'A short-lived bearer for a frontend: it may watch this verification and nothing else. It ends a minute after the verification has.',
  }),
}).openapi('StartedVerification');

const START_ERRORS: readonly ErrorCode[] = [
  'input/phone_number',
  'service/not_found',
  'service/country_not_allowed',
  'sender/malformed',
  'sender/kind_not_allowed',
  'sender/name_not_allowed',
  'sender/registration_missing',
  'sender/registration_expired',
  'sender/not_usable',
  'sender/pool_empty',
  'verification/too_many_sends',
  'destination/locked',
  'destination/opted_out',
  'idempotency/conflict',
];

const CHECK_ERRORS: readonly ErrorCode[] = [
  'verification/not_found',
  'verification/wrong_code',
  'verification/expired',
  'verification/already_used',
  'verification/canceled',
  'verification/failed',
  'verification/too_many_checks',
  'destination/locked',
  'input/code',
];

/** What can be done about one destination's proof, from its start to its end. */
export function addVerifications(api: RestApi, app: App, gate: Gate): void {
  addEndpoint(api, app, gate, {
    ...{ method: 'post', path: '/v1/verifications', name: 'startVerification', tag: TAG },
    summary: 'Start a verification',
    description:
      'Sends a code. While a verification of the same destination and service is pending it gets one more message instead.',
    permission: 'verifications:write',
    audit: 'verification.start',
    headers: IdempotencyHeader,
    body: z.strictObject({
      to: z.string().openapi({
        description:
          "A phone number as a person types it; without a country code the service's default country counts.",
        example: '+385911234567',
      }),
      channel: Channel.default('sms').openapi({ description: 'How the code travels.' }),
      locale: z
        .string()
        .optional()
        .openapi({ description: "Language of the message, BCP 47; the service's default when absent." }),
      serviceId: z
        .string()
        .optional()
        .openapi({ description: "Whose rules to follow; the account's default service when absent." }),
      clientOrigin: z.string().optional().openapi({
        description: 'Only pages of this origin may use the `clientToken`: their browser must say so.',
        example: 'https://shop.example',
      }),
      clientApp: z.string().optional().openapi({
        description:
          'Only this app may use the `clientToken`: it says so in the header `Otpost-App`. A label, not a proof.',
        example: 'com.example.app',
      }),
    }),
    status: 201,
    answer: { schema: Started, description: 'The verification; its code is on its way.' },
    errors: START_ERRORS,
    async handle({ who, body: { serviceId, clientOrigin, clientApp, ...input }, headers, context }) {
      const binding = readBinding({ clientOrigin, clientApp });
      const row = await startVerification(app, who, {
        ...input,
        serviceId: readServiceId(serviceId),
        binding,
        idempotencyKey: headers['idempotency-key'],
      });
      context.env.outgoing.setHeader('location', `/v1/verifications/${row.id}`);
      const clientToken = issueClientToken(app.keys, row, binding);
      return { ...(await verificationShape(app, who, row)), clientToken };
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/verifications', name: 'listVerifications', tag: TAG },
    summary: 'List verifications, newest first',
    permission: 'verifications:read',
    query: PageQuery.extend({
      status: z
        .preprocess(
          (value) => (typeof value === 'string' ? value.split(',') : value),
          z.array(VerificationStatus).optional(),
        )
        .openapi({
          type: 'string',
          description: 'Any of these, separated by commas.',
          example: 'pending,approved',
        }),
      to: z.string().optional().openapi({
        description:
          'Of this number, with its country code. That it was asked for is noted in the audit log; whoever lacks `numbers:reveal` asks 60 times an hour unless `RATE_LIMIT_SEARCH` says something else.',
      }),
      serviceId: z.string().optional().openapi({ description: 'Of this service.' }),
    }),
    status: 200,
    answer: { schema: pageOf(Verification), description: 'A page of verifications.' },
    errors: ['input/cursor', 'input/phone_number', 'service/not_found', 'number/too_many_searches'],
    async handle({ who, query, context }) {
      const { rows, nextCursor } = await readPageOf('vrf', query, (page) =>
        listVerifications(app, who, query, page),
      );
      return withETag(context, { items: await verificationShapes(app, who, rows), nextCursor });
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'get', path: '/v1/verifications/{id}', name: 'getVerification', tag: TAG },
    summary: 'Read a verification',
    permission: 'verifications:read',
    openToClientToken: true,
    params: BY_ID,
    status: 200,
    answer: ANSWER,
    errors: ['verification/not_found'],
    async handle({ who, params, context }) {
      const row = await findVerification(app, who, readId(params));
      if (!row) throw new VerificationNotFound();
      refuseEnded(who, row.settledAt, app.clock());
      return withETag(context, await verificationShape(app, who, row));
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'post', path: '/v1/verifications/{id}/check', name: 'checkVerification', tag: TAG },
    summary: 'Check a code',
    description: 'The right code approves the verification, exactly once.',
    permission: 'verifications:write',
    audit: 'verification.check',
    params: BY_ID,
    body: z.strictObject({
      code: z.string().openapi({
        description: 'As it was typed: spaces, dashes and digits of any script are understood.',
        example: '123456',
      }),
      clientAddress: z.string().optional().openapi({
        description: 'The IP address of whoever typed it: guessing from one address is noticed by it.',
      }),
    }),
    status: 200,
    answer: { schema: Verification, description: 'The verification, approved.' },
    errors: CHECK_ERRORS,
    async handle({ who, params, body }) {
      const input = { verificationId: readId(params), ...body };
      return verificationShape(app, who, await checkVerification(app, who, input));
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'post', path: '/v1/verifications/{id}/resend', name: 'resendVerification', tag: TAG },
    summary: 'Send the code again',
    description: 'One more message of a pending verification, under the same rules as a start.',
    permission: 'verifications:write',
    audit: 'verification.start',
    params: BY_ID,
    headers: IdempotencyHeader,
    status: 200,
    answer: ANSWER,
    errors: ['verification/not_found', 'verification/settled', ...START_ERRORS],
    async handle({ who, params, headers }) {
      const row = await resendVerification(app, who, readId(params), headers['idempotency-key']);
      return verificationShape(app, who, row);
    },
  });

  addEndpoint(api, app, gate, {
    ...{ method: 'post', path: '/v1/verifications/{id}/cancel', name: 'cancelVerification', tag: TAG },
    summary: 'Cancel a verification',
    description:
      'Its code no longer approves, and what is still queued is not sent. Twice is the same as once.',
    permission: 'verifications:write',
    audit: 'verification.cancel',
    params: BY_ID,
    status: 200,
    answer: ANSWER,
    errors: ['verification/not_found', 'verification/settled'],
    async handle({ who, params }) {
      return verificationShape(app, who, await cancelVerification(app, who, readId(params)));
    },
  });
}

/** @throws {VerificationNotFound} */
function readId(params: { id: string }): VerificationId {
  const id = readIdParam('vrf', params);
  if (!id) throw new VerificationNotFound();
  return id;
}

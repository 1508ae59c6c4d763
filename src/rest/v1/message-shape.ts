import { z } from '@hono/zod-openapi';
import { readParts } from '../../messages/parts.ts';
import type { TracedMessage } from '../../messages/trace.ts';
import type { App } from '../../platform.ts';
import { readDecision } from '../../routing/read-decision.ts';
import { idOf, moment, momentOrNull } from './parts.ts';
import { Mode } from './verification-shape.ts';

const Candidate = z
  .object({
    routeId: idOf('rte', 'The route'),
    score: z.number().openapi({ description: 'Higher is better; 0 when it was excluded.' }),
    excluded: z
      .string()
      .nullable()
      .openapi({ description: 'Why it could not be taken; null when it could.' }),
    reasons: z
      .array(z.object({ factor: z.string(), value: z.number() }))
      .openapi({ description: 'What its score was made of, each in the unit of its factor.' }),
  })
  .openapi('RouteCandidate', {
    description: 'A route that could have carried the message, as it was ranked then.',
  });

const Attempt = z
  .object({
    id: idOf('att', 'The attempt'),
    status: z
      .enum(['submitting', 'submitted', 'delivered', 'undelivered', 'rejected', 'unknown'])
      .openapi({ description: 'Where it stands. `unknown`: the link died before the carrier answered.' }),
    routeId: idOf('rte', 'The route it took'),
    carrierId: idOf('car', 'The carrier it went over'),
    carrierMessageId: z.string().nullable().openapi({ description: "The carrier's id of it." }),
    error: z
      .object({ code: z.string(), message: z.string().nullable() })
      .nullable()
      .openapi({ description: 'What the carrier said was wrong, in its own words.' }),
    isLateFailover: z.boolean().openapi({
      description:
        'Whether it was made because the receipt of an earlier attempt did not come in its usual time.',
    }),
    parts: z
      .array(z.enum(['pending', 'delivered', 'undelivered']))
      .nullable()
      .openapi({
        description: 'What receipts said of its segments; null where any receipt is about the whole.',
      }),
    operator: z
      .string()
      .nullable()
      .openapi({ description: 'MCC and MNC of the number, as routing believed.' }),
    price: z
      .number()
      .nullable()
      .openapi({ description: "Per segment at that time, in the account's currency." }),
    submittedAt: moment('When it was written down, before the socket was written to.'),
    answeredAt: momentOrNull('When the carrier answered.'),
    settledAt: momentOrNull('When it came to its end.'),
    candidates: z
      .array(Candidate)
      .openapi({ description: 'Why this route: every candidate with its score.' }),
  })
  .openapi('Attempt', { description: 'One submission of a message over one route.' });

export const Message = z
  .object({
    id: idOf('msg', 'The message'),
    verificationId: idOf('vrf', 'The verification it belongs to'),
    mode: Mode.openapi({ description: 'That of its verification.' }),
    status: z
      .enum(['queued', 'sent', 'delivered', 'undelivered', 'failed', 'expired'])
      .openapi({ description: 'Where it stands.' }),
    sender: z.string().nullable().openapi({ description: 'Who it came from; null until it is sent.' }),
    segments: z.int().nullable().openapi({ description: 'How many SMS it took; null until it is sent.' }),
    failureReason: z
      .string()
      .nullable()
      .openapi({ description: 'Why it failed or was not delivered, in words.' }),
    queuedAt: moment('When it was queued.'),
    sentAt: momentOrNull('When a carrier first took it.'),
    deliveredAt: momentOrNull('When its receipt came.'),
    settledAt: momentOrNull('When it came to its end, whichever.'),
    pinnedRouteId: idOf('rte', 'The only route that it may take')
      .nullable()
      .openapi({ description: 'The only route that it may take, to try that one; null: any.' }),
    attempts: z.array(Attempt).openapi({ description: 'Each submission of it, oldest first.' }),
  })
  .openapi('Message', { description: 'One thing to deliver for a verification, with the way that it took.' });

export async function messageShape(app: App, message: TracedMessage): Promise<z.output<typeof Message>> {
  return {
    id: message.id,
    verificationId: message.verificationId,
    mode: message.mode,
    status: message.status,
    sender: message.sender,
    segments: message.segments,
    failureReason: message.failureReason,
    queuedAt: message.queuedAt,
    sentAt: message.sentAt,
    deliveredAt: message.deliveredAt,
    settledAt: message.settledAt,
    pinnedRouteId: message.pinnedRouteId,
    attempts: await Promise.all(message.attempts.map((attempt) => attemptShape(app, attempt))),
  };
}

async function attemptShape(
  app: App,
  attempt: TracedMessage['attempts'][number],
): Promise<z.output<typeof Attempt>> {
  const { errorCode, errorMessage, parts } = attempt;
  const candidates = await readDecision(app, attempt.accountId, attempt.decision);
  return {
    id: attempt.id,
    status: attempt.status,
    routeId: attempt.routeId,
    carrierId: attempt.carrierId,
    carrierMessageId: attempt.carrierMessageId,
    error: errorCode === null ? null : { code: errorCode, message: errorMessage },
    isLateFailover: attempt.isLate,
    parts: parts === null ? null : [...readParts(parts)],
    operator: attempt.operator,
    price: attempt.price,
    submittedAt: attempt.submittedAt,
    answeredAt: attempt.answeredAt,
    settledAt: attempt.settledAt,
    candidates: candidates.map(({ routeId, score, excluded, reasons }) => ({
      ...{ routeId, score, excluded: excluded ?? null },
      reasons: reasons.map(({ factor, value }) => ({ factor, value })),
    })),
  };
}

import { Carrier } from '../carriers/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { LineType } from '../numbers/graphql.ts';
import { lineTypeOf } from '../routing/decision.ts';
import { Route, RouteCandidate } from '../routing/graphql.ts';
import { readDecision } from '../routing/read-decision.ts';
import { sandboxCarrier, sandboxRoute } from '../sandbox/place.ts';
import { readParts } from './parts.ts';

const AttemptStatus = builder.enumType('AttemptStatus', {
  description: 'Where an attempt stands.',
  values: {
    SUBMITTING: { value: 'submitting', description: 'On its way to the carrier.' },
    SUBMITTED: { value: 'submitted', description: 'The carrier took it.' },
    DELIVERED: { value: 'delivered', description: 'The handset has it.' },
    UNDELIVERED: { value: 'undelivered', description: 'The carrier could not deliver it.' },
    REJECTED: { value: 'rejected', description: 'The carrier did not take it.' },
    UNKNOWN: {
      value: 'unknown',
      description: 'The link died before the carrier answered: it may have gone out.',
    },
  } as const,
});

const PartStatus = builder.enumType('PartStatus', {
  description: 'What a receipt said of one part of a message in several segments.',
  values: {
    PENDING: { value: 'pending', description: 'Nothing yet.' },
    DELIVERED: { value: 'delivered', description: 'The handset has it.' },
    UNDELIVERED: { value: 'undelivered', description: 'The carrier could not deliver it.' },
  } as const,
});

interface CarrierError {
  code: string;
  message: string | null;
}

const CarrierErrorType = builder.objectRef<CarrierError>('CarrierError').implement({
  description: "What the carrier said, in the carrier's own words.",
  fields: (t) => ({
    code: t.exposeString('code', { description: 'As the carrier writes it, e.g. `0x0000000b`.' }),
    message: t.exposeString('message', { nullable: true, description: 'What it means.' }),
  }),
});

export const Attempt = builder.drizzleObject('attempts', {
  name: 'Attempt',
  permission: 'messages:read',
  description: 'One submission of a message over one route.',
  fields: (t) => ({
    id: t.id({ description: 'Prefixed `att_`.', resolve: (attempt) => attempt.id }),
    status: t.field({ type: AttemptStatus, description: 'Where it stands.', resolve: (a) => a.status }),
    route: t.field({
      type: Route,
      description: 'The route it took; that of the sandbox, which is no route of the account, for a test.',
      select: (_args, _context, nestedSelection) => ({ with: { route: nestedSelection() } }),
      resolve: (attempt) => attempt.route ?? sandboxRoute(attempt.accountId),
    }),
    carrier: t.field({
      type: Carrier,
      description: 'The carrier it went over; the sandbox, which is no carrier of the account, for a test.',
      select: (_args, _context, nestedSelection) => ({ with: { carrier: nestedSelection() } }),
      resolve: (attempt) => attempt.carrier ?? sandboxCarrier(attempt.accountId),
    }),
    carrierMessageId: t.string({
      nullable: true,
      description:
        "The carrier's id of it; with `#` and a mark of the number behind it where the carrier gives many messages the same id.",
      resolve: (attempt) => attempt.carrierMessageId,
    }),
    error: t.field({
      type: CarrierErrorType,
      nullable: true,
      description: 'What the carrier said was wrong.',
      resolve: ({ errorCode, errorMessage }) =>
        errorCode === null ? null : { code: errorCode, message: errorMessage },
    }),
    isLateFailover: t.boolean({
      description:
        'Whether it was made because the receipt of an earlier attempt did not come in its usual time.',
      resolve: (attempt) => attempt.isLate,
    }),
    parts: t.field({
      type: [PartStatus],
      nullable: true,
      description:
        'What receipts said of its segments, in their order; `null` where any receipt is about the whole message.',
      resolve: ({ parts }) => (parts === null ? null : readParts(parts)),
    }),
    latencyMs: t.int({
      nullable: true,
      description: 'Milliseconds from the submission to the answer of the carrier.',
      resolve: ({ submittedAt, answeredAt }) => answeredAt && answeredAt.getTime() - submittedAt.getTime(),
    }),
    country: t.string({
      nullable: true,
      description: 'Where its number is, ISO 3166-1 alpha-2; absent on attempts of long ago.',
      resolve: (attempt) => attempt.country,
    }),
    operator: t.string({
      nullable: true,
      description:
        'The network of its number as routing believed, MCC and MNC; absent when it was not known.',
      resolve: (attempt) => attempt.operator,
    }),
    operatorConfidence: t.float({
      nullable: true,
      description: 'How sure that was, 0–1: a prefix is a hint, a lookup nearly certain.',
      resolve: (attempt) => attempt.operatorConfidence,
    }),
    lineType: t.field({
      type: LineType,
      nullable: true,
      description: 'What kind of line its number was taken for; absent when it was not known.',
      resolve: (attempt) => lineTypeOf(attempt.decision),
    }),
    decision: t.field({
      type: [RouteCandidate],
      description:
        'Why this route: every candidate as it was ranked, best first. Empty for a test: there is nothing to choose.',
      resolve: ({ accountId, decision }, _args, { app }) => readDecision(app, accountId, decision),
    }),
    submittedAt: t.field({
      type: 'DateTime',
      description: 'When it was submitted.',
      resolve: (attempt) => attempt.submittedAt,
    }),
    answeredAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the carrier answered the submission.',
      resolve: (attempt) => attempt.answeredAt,
    }),
    settledAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When its end was known.',
      resolve: (attempt) => attempt.settledAt,
    }),
  }),
});

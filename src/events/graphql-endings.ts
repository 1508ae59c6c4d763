import { docUrl, type DomainError } from '../errors.ts';
import { Mode } from '../accounts/graphql-mode.ts';
import { OPEN_TO_CLIENT_TOKEN } from '../graphql/audience.ts';
import { builder } from '../graphql/builder.ts';
import { callerOf, type GraphqlContext } from '../graphql/context.ts';
import { ErrorInterface } from '../graphql/errors.ts';
import { VerificationCanceled, VerificationExpired, VerificationFailed } from '../verifications/errors.ts';
import { Verification } from '../verifications/graphql.ts';
import { verificationOf } from '../verifications/graphql-ended.ts';
import type { EventType } from './catalog.ts';
import { findEnding } from './ending.ts';
import type { EventEnvelope } from './envelope.ts';
import { VerificationEvent } from './graphql.ts';

/**
 * How a verification can end without its code is promised under one name twice: as an event, and as
 * the answer to a check that came too late. So it is one type that is both, and either shows all:
 * the event its code and message, the answer the event that it came too late for.
 */
interface Ending {
  type: EventType;
  description: string;
  errorClass: new (...args: never[]) => DomainError;
  /** What a check after this event is told. */
  errorOf(event: EventEnvelope): DomainError;
}

const ENDINGS: readonly Ending[] = [
  {
    type: 'VerificationExpired',
    description: 'The code did not come in time.',
    errorClass: VerificationExpired,
    errorOf: ({ verification }) => new VerificationExpired(verification.expiresAt),
  },
  {
    type: 'VerificationCanceled',
    description: 'The verification was called off.',
    errorClass: VerificationCanceled,
    errorOf: ({ occurredAt }) => new VerificationCanceled(occurredAt),
  },
  {
    type: 'VerificationFailed',
    description: 'No carrier can reach the number, no route may carry a message to it, or it was blocked.',
    errorClass: VerificationFailed,
    errorOf: ({ verification }) => new VerificationFailed(verification.failureReason ?? 'undeliverable'),
  },
];

for (const { type, description, errorClass, errorOf } of ENDINGS) {
  // Not by instanceof: the errors plugin hides an error's class from it.
  const asError = (ending: EventEnvelope | DomainError) => ('cursor' in ending ? errorOf(ending) : ending);
  const asEvent = (ending: EventEnvelope | DomainError, context: GraphqlContext) =>
    'cursor' in ending ? ending : loadEnding(ending, type, context);

  builder.objectType(errorClass as unknown as new () => EventEnvelope & DomainError, {
    name: type,
    description: `${description} As an event when it happened, as an answer when a check comes after it.`,
    extensions: OPEN_TO_CLIENT_TOKEN,
    interfaces: [ErrorInterface, VerificationEvent],
    fields: (t) => ({
      code: t.string({ description: 'Stable.', resolve: (ending) => asError(ending).code }),
      message: t.string({
        description: 'What happened and what to do about it, in English.',
        resolve: (ending) => asError(ending).message,
      }),
      docUrl: t.string({
        description: 'The page about this code, on this server.',
        resolve: (ending, _args, { app }) => docUrl(app.publicUrl, asError(ending).code),
      }),
      cursor: t.string({
        description: 'Give it as `after` to go on behind this event.',
        resolve: async (ending, _args, context) => (await asEvent(ending, context)).cursor,
      }),
      occurredAt: t.field({
        type: 'DateTime',
        description: 'When it happened.',
        resolve: async (ending, _args, context) => (await asEvent(ending, context)).occurredAt,
      }),
      version: t.int({
        description: 'Its number among the events of its verification.',
        resolve: async (ending, _args, context) => (await asEvent(ending, context)).version,
      }),
      mode: t.field({
        type: Mode,
        description: 'Whether it happened for real or in a test.',
        resolve: async (ending, _args, context) => (await asEvent(ending, context)).verification.mode,
      }),
      verification: t.field({
        type: Verification,
        description: 'The verification as it was right after this event.',
        resolve: async (ending, _args, context) => (await asEvent(ending, context)).verification,
      }),
    }),
  });
}

async function loadEnding(
  error: DomainError,
  type: EventType,
  context: GraphqlContext,
): Promise<EventEnvelope> {
  const event = await findEnding(context.app, callerOf(context), verificationOf(error), type);
  if (!event) throw new Error(`${verificationOf(error)} has ended without ${type}`);
  return event;
}

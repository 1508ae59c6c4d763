import { GraphQLError } from 'graphql';
import { challengeOf } from '../../accounts/challenge.ts';
import { CredentialInvalid, MissingPermission, TooManySearches } from '../../accounts/errors.ts';
import { DomainError, docUrl, ERROR_CODES, InvalidInput, isErrorCode, type ErrorCode } from '../../errors.ts';
import type { App } from '../../platform.ts';
import { RateLimited } from '../../rates/errors.ts';
import { noteUnexpected, unexpectedMessage } from '../../unexpected.ts';

/** Makes what a client may see of whatever was thrown. */
export type MaskError = (error: unknown) => GraphQLError;

/** Refuses a whole request: over HTTP that has a status of its own. */
export type Refuse = (error: DomainError) => GraphQLError;

/** What clients are told of errors. */
export interface ErrorWords {
  mask: MaskError;
  refuse: Refuse;
}

/**
 * Domain errors show their code and page; a mistake in the document, the variables or the request
 * shows itself; all else is logged under an id, and only the id is shown.
 */
export function createErrorWords({ log, publicUrl }: Pick<App, 'log' | 'publicUrl'>): ErrorWords {
  const publicExtensions = (code: ErrorCode) => ({ code, docUrl: docUrl(publicUrl, code) });

  /** Its code, and what a program can do something about. */
  const extensionsOf = (error: DomainError): Record<string, unknown> => ({
    ...publicExtensions(error.code),
    ...(error instanceof InvalidInput && { field: error.field }),
    ...(error instanceof CredentialInvalid && { reason: error.reason }),
    ...(error instanceof MissingPermission && { permission: error.permission }),
    ...((error instanceof RateLimited || error instanceof TooManySearches) && {
      retryAfterSeconds: error.retryAfterSeconds,
    }),
  });

  /** Syntax, validation, coercion and HTTP mistakes: their words are for the client, their insides are not. */
  function maskMistake(error: GraphQLError, cause: GraphQLError): GraphQLError {
    const { code, http, id } = cause.extensions;
    const ours = typeof code === 'string' && isErrorCode(code);
    // Of a variable only the outer one has the name, and what it is given is told by the inner one.
    const before = error.message.endsWith(cause.message) ? error.message.slice(0, -cause.message.length) : '';
    return locate(error, before + withoutValue(cause.message), {
      ...(ours ? cause.extensions : publicExtensions('input/invalid')),
      ...(http !== undefined && { http: code === MALFORMED ? { ...http, spec: false } : http }),
      ...(id !== undefined && { id }),
    });
  }

  const mask: MaskError = (error) => {
    const cause = causeOf(error);
    if (cause instanceof DomainError) return locate(error, cause.message, extensionsOf(cause));
    if (cause instanceof GraphQLError) return maskMistake(error as GraphQLError, cause);
    if (isBrokenOff(cause)) return locate(error, 'The request broke off.', publicExtensions('input/invalid'));
    const id = noteUnexpected(log, cause, pathOf(error));
    return locate(error, unexpectedMessage(id), { ...publicExtensions('internal/unexpected'), id });
  };
  const refuse: Refuse = (error) =>
    new GraphQLError(error.message, {
      extensions: {
        ...extensionsOf(error),
        http: { status: ERROR_CODES[error.code], headers: headersOf(error) },
      },
    });
  return { mask, refuse };
}

function headersOf(error: DomainError): Record<string, string> {
  const challenge = challengeOf(error);
  return {
    ...(challenge !== undefined && { 'www-authenticate': challenge }),
    ...(error instanceof RateLimited && { 'retry-after': String(error.retryAfterSeconds) }),
  };
}

/** The client went away in the middle of its body: nobody hears the answer, and nobody need look for the reason. */
function isBrokenOff(cause: unknown): boolean {
  return (
    cause instanceof Error && cause.message === 'aborted' && 'code' in cause && cause.code === 'ECONNRESET'
  );
}

/** What a resolver threw, below the layers that say where. */
function causeOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError) {
    const inner = cause.originalError ?? cause.cause;
    if (inner == null) break;
    cause = inner;
  }
  return cause;
}

// Yoga's code of a request that is none, such as broken JSON. Its `spec` would hide the status from clients
// that accept `application/json`; GraphQL over HTTP wants 400 for these in every media type.
const MALFORMED = 'BAD_REQUEST';

/** What somebody wrote into the wrong place may be a code: it is not written into their logs, too. */
function withoutValue(message: string): string {
  return message.replace(/(\bvalue|, found): .+$/s, '$1: …');
}

function locate(error: unknown, message: string, extensions: Record<string, unknown>): GraphQLError {
  if (!(error instanceof GraphQLError)) return new GraphQLError(message, { extensions });
  const { nodes, source, positions, path } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}

function pathOf(error: unknown): string | undefined {
  return error instanceof GraphQLError ? error.path?.join('.') : undefined;
}

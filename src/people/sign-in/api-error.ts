import { APIError } from 'better-auth/api';
import { DomainError, ERROR_CODES } from '../../errors.ts';

/** What better-auth passes on as it is: our errors in its dress. */
export async function asApiError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DomainError) throw toApiError(error);
    throw error;
  }
}

function toApiError(error: DomainError): APIError {
  const { code, message } = error;
  const field = 'field' in error ? { field: error.field } : {};
  const headers = new Headers();
  if ('retryAfterSeconds' in error) headers.set('retry-after', String(error.retryAfterSeconds));
  return new APIError(ERROR_CODES[code], { code, message, ...field }, headers);
}

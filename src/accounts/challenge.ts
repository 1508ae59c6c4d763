import type { ErrorCode } from '../errors.ts';

/**
 * What a credential would have to be (RFC 6750 §3), for clients that know nothing of us but HTTP: the value of
 * `WWW-Authenticate`; undefined for a refusal that has nothing to do with it.
 * @param refused what the error says of itself
 */
export function challengeOf(refused: {
  code: ErrorCode;
  reason?: unknown;
  permission?: unknown;
}): string | undefined {
  const says = ['realm="otpost"'];
  switch (refused.code) {
    case 'auth/missing':
      break;
    case 'auth/invalid':
      says.push('error="invalid_token"', `error_description="${String(refused.reason)}"`);
      break;
    case 'auth/forbidden':
      says.push('error="insufficient_scope"');
      if (typeof refused.permission === 'string') says.push(`scope="${refused.permission}"`);
      break;
    default:
      return undefined;
  }
  return `Bearer ${says.join(', ')}`;
}

import type { Plugin } from 'graphql-yoga';

/**
 * Yoga says of every stream that it may be kept, if it is asked about again, and that its connection is, whatever the
 * client said: one that closes it behind the answer would wait for its end until the connection is idle for too long.
 */
export function useStreamHeaders(): Plugin {
  return {
    onResponse({ response: { headers } }) {
      headers.delete('connection');
      headers.set('cache-control', 'no-store');
    },
  };
}

import postgres from 'postgres';
import type { Sql } from './client.ts';
import { socketFactory } from './socket.ts';
import { readTarget } from './target.ts';

/** One connection, for what comes before the pool: whoever opens it ends it. */
export function openSingle(connectionString: string): Sql {
  const { url, tls } = readTarget(connectionString);
  return postgres(url, {
    max: 1,
    onnotice: () => {},
    connect_timeout: 10,
    // Missing in the driver's types.
    ...({ socket: socketFactory(tls) } as object),
  });
}

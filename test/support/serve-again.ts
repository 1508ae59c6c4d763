import { createAddressOf } from '../../src/http/client-address.ts';
import { serveApi, type ApiServer } from '../../src/graphql/server.ts';
import type { App } from '../../src/platform.ts';

/** The API of an app once more, on a port of its own, with some parts or options of the test's. */
export function serveAgain(
  app: App,
  parts: Partial<App> = {},
  options: Partial<Parameters<typeof serveApi>[1]> = {},
): Promise<ApiServer> {
  return serveApi(
    { ...app, ...parts },
    {
      port: 0,
      host: '127.0.0.1',
      publicUrl: 'http://localhost',
      graphiql: false,
      introspection: true,
      allowedOrigins: undefined,
      ownHosts: new Set(),
      addressOf: createAddressOf({ by: 'nobody' }, 'x-forwarded-for'),
      securityContact: undefined,
      maxConnections: 1_000,
      maxSocketsPerAddress: 1_000,
      maxSocketsPerAccount: 1_000,
      drainMs: 0,
      ...options,
    },
  );
}

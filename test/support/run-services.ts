import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    runServicesUrl: string;
    redisUrl: string;
  }
}

/** Starts a service; what it resolves to is told to the tests as JSON and disposed at the end of the run. */
type Start = () => Promise<object>;

/**
 * Lets test files, which run in processes of their own, ask the run for a service that is started once,
 * at the first question: a run of pure tests starts nothing.
 */
export async function offerRunServices(
  services: Readonly<Record<string, Start>>,
): Promise<{ url: string } & AsyncDisposable> {
  const started = new Map<string, Promise<object>>();
  const server = createServer((request, response) => {
    const name = request.url?.slice(1) ?? '';
    const start = services[name];
    if (!start) return void response.writeHead(404).end();
    const service = started.get(name) ?? start();
    started.set(name, service);
    service.then(
      (value) => response.end(JSON.stringify(value)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      const running = await Promise.allSettled(started.values());
      for (const { value } of running.filter((result) => result.status === 'fulfilled'))
        if (Symbol.asyncDispose in value) await (value as AsyncDisposable)[Symbol.asyncDispose]();
    },
  };
}

export async function askRun(service: string): Promise<unknown> {
  const response = await fetch(`${inject('runServicesUrl')}/${service}`, {
    headers: { connection: 'close' },
  });
  if (!response.ok) throw new Error(`The test run has no ${service}: ${await response.text()}`);
  return response.json();
}

import type { TestProject } from 'vitest/node';
import { findOrInstallChromium } from './chromium.ts';
import { findOrStartRedis } from './redis.ts';
import { offerRunServices } from './run-services.ts';

/** What the whole run shares. Returns its end, which leaves nothing behind. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using starting = new AsyncDisposableStack();
  const redis = starting.use(await findOrStartRedis().catch(refuse));
  const services = await offerRunServices({
    // On demand: pure tests neither wait for a database nor for its migrations to be right.
    postgres: async () => (await import('./postgres.ts')).startTestPostgres(),
    chromium: () => Promise.resolve(findOrInstallChromium()),
  });
  starting.use(services);
  project.provide('redisUrl', redis.url);
  project.provide('runServicesUrl', services.url);
  const running = starting.move();
  return () => running.disposeAsync();
}

function refuse(error: unknown): never {
  console.error((error as Error).message);
  process.exit(1);
}

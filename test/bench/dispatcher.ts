import { randomBytes } from 'node:crypto';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import type { Ground } from './ground/ground.ts';
import type { Outcome } from './measure/outcome.ts';
import { measureAgreement } from './routing/agreement.ts';
import { createWorldClock } from './routing/dispatched.ts';
import { DISPATCHED } from './routing/shapes.ts';

const SEED = 6_000;

/** An hour of a world through the whole worker: it should decide as the policy alone does in the same world. */
export async function benchDispatcher(ground: Ground): Promise<Outcome[]> {
  const databaseUrl = await ground.databases.create();
  const clock = createWorldClock();
  const key = () => randomBytes(32).toString('base64');
  const config = loadConfig({
    NODE_ENV: 'production',
    ROLES: 'worker',
    LOG_LEVEL: 'warn',
    DATABASE_URL: databaseUrl,
    OTPOST_KEYS: `bench:${key()},index:${key()}`,
    DATA_DIR: await ground.createFolder(),
    DRAIN_SECONDS: '1',
    // Where the world's carriers are.
    OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32',
  });
  await using app = await createApp(config, clock.overrides);
  const shape = ground.quick ? { ...DISPATCHED, hours: 0.02 } : DISPATCHED;
  const { messages, same, regret, shift } = await measureAgreement(app, clock, shape, SEED);
  return [
    {
      row: 'dispatcher',
      measured: { value: 100 * same, unit: '%' },
      target: { atLeast: 98 },
      note: `of ${messages} messages took the carrier that the policy alone chose; regret ${percent(regret.dispatched)} beside ${percent(regret.pure)}, a carrier's share differs by ${percent(shift)} at most`,
      runs: [{ messages, same, regret, shift }],
    },
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

import { benchAccess } from './access.ts';
import { benchAdaptive } from './adaptive.ts';
import { benchBulk } from './bulk.ts';
import { benchCheck } from './check.ts';
import { benchCpu } from './cpu.ts';
import { benchDelivery } from './delivery.ts';
import { benchDispatcher } from './dispatcher.ts';
import { benchDoors } from './doors.ts';
import { benchFanOut } from './fan-out.ts';
import type { Bare } from './ground/bare.ts';
import type { Ground } from './ground/ground.ts';
import { benchGrowth } from './growth.ts';
import { benchInputs } from './inputs.ts';
import type { Outcome } from './measure/outcome.ts';
import { benchPush } from './push.ts';
import { benchRetention } from './retention.ts';
import { benchRouting } from './routing.ts';
import { benchSocket } from './socket.ts';
import { benchStart } from './start.ts';
import { benchWebhooks } from './webhooks.ts';

/** Measures one row of the table, or the few lines that it stands for. */
export type Bench = (ground: Ground) => Promise<Outcome[]>;

/** By the name that `npm run bench -- <name>` takes, in the order of a full run. */
export const ROWS: Readonly<Record<string, Bench>> = {
  start: benchStart,
  doors: benchDoors,
  bulk: benchBulk,
  check: benchCheck,
  delivery: benchDelivery,
  adaptive: benchAdaptive,
  access: benchAccess,
  cpu: benchCpu,
  dispatcher: benchDispatcher,
  push: benchPush,
  'fan-out': benchFanOut,
  webhooks: benchWebhooks,
  socket: benchSocket,
  inputs: benchInputs,
  growth: benchGrowth,
  retention: benchRetention,
};

/** These need neither PostgreSQL nor Redis, and none is opened for them alone. */
export const BARE_ROWS: Readonly<Record<string, (bare: Bare) => Promise<Outcome[]>>> = {
  routing: benchRouting,
};

import { setTimeout as delay } from 'node:timers/promises';
import { connectCarrier } from '../../../src/carriers/connect-carrier.ts';
import { updateCarrier } from '../../../src/carriers/update-carrier.ts';
import { addInboundNumber } from '../../../src/inbound/add-number.ts';
import { startVerification } from '../../../src/verifications/start.ts';
import { machineMs } from '../ground/clock.ts';
import { phoneNumber } from '../ground/numbers.ts';
import type { Platform } from '../ground/platform.ts';

/** When events were committed: `machineMs` by their verification, of which each has one. */
export type Commits = Map<string, number>;

const TICK_MS = 10;

/** A number that people can text: a start over `INBOUND_SMS` is one event, and leaves the worker no message to send. */
export async function addNumber({ app, who }: Platform): Promise<void> {
  const config = { kind: 'smpp', host: '127.0.0.1', port: 1, systemId: 'nobody' } as const;
  const secrets = { password: 'bench' };
  const carrierId = await connectCarrier(app, who.accountId, { name: 'nobody', config, secrets });
  await updateCarrier(app, who, carrierId, { enabled: false });
  await addInboundNumber(app, who, { carrierId, number: '+385911234567' });
}

/** Commits so many events at once. */
export async function commitAtOnce(platform: Platform, count: number): Promise<Commits> {
  const commits: Commits = new Map();
  const first = platform.numbers.take(count);
  await Promise.all(Array.from({ length: count }, (_, i) => commitOne(platform, first + i, commits)));
  return commits;
}

/** Commits events for some seconds, as evenly as a timer can. */
export async function commitSteadily(
  platform: Platform,
  perSecond: number,
  seconds: number,
): Promise<Commits> {
  const commits: Commits = new Map();
  const count = Math.ceil(perSecond * seconds);
  const first = platform.numbers.take(count);
  const startedAt = machineMs();
  const under: Promise<void>[] = [];
  while (under.length < count) {
    const due = Math.min(count, ((machineMs() - startedAt) / 1_000) * perSecond);
    while (under.length < due) under.push(commitOne(platform, first + under.length, commits));
    await delay(TICK_MS);
  }
  await Promise.all(under);
  return commits;
}

async function commitOne({ app, who }: Platform, index: number, commits: Commits): Promise<void> {
  const { id } = await startVerification(app, who, { to: phoneNumber(index), channel: 'inbound_sms' });
  commits.set(id, machineMs());
}

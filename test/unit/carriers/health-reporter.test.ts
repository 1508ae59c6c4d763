import { expect, test } from 'vitest';
import type { Bus } from '../../../src/bus/bus.ts';
import { HEALTH_CHANNEL } from '../../../src/bus/channels.ts';
import { createMemoryBus } from '../../../src/bus/memory.ts';
import type { CarrierHealth } from '../../../src/carriers/carrier.ts';
import { createHealthReporter, type HealthMessage } from '../../../src/carriers/health-reporter.ts';
import { newId } from '../../../src/crypto/new-id.ts';

const WELL: CarrierHealth = {
  state: 'up',
  inFlight: 0,
  window: 10,
  pace: { perSecond: 0, throttles: 0, backOff: 1 },
  binds: [],
};
const accountId = newId('acc');

/** A reporter, and what it has published when the bus is through. */
async function reporting() {
  const bus: Bus = createMemoryBus();
  let messages: HealthMessage[] = [];
  await bus.subscribe(HEALTH_CHANNEL, {
    onMessage: (payload) => void messages.push(JSON.parse(payload) as HealthMessage),
    onResync: () => {},
  });
  const reporter = createHealthReporter({ bus, clock: () => 4_711 });
  const published = async (work: () => void): Promise<HealthMessage[]> => {
    messages = [];
    work();
    await new Promise((resolve) => setImmediate(resolve));
    return messages;
  };
  return { reporter, published };
}

const reportsOf = (count: number) =>
  Array.from({ length: count }, () => ({ accountId, carrierId: newId('car'), health: WELL }));

test('all is told in messages of a hundred carriers, then only what is new until the next beat', async () => {
  const { reporter, published } = await reporting();
  const reports = reportsOf(250);
  const first = await published(() => reporter.report(reports));
  expect(first.map((message) => message.reports.length)).toEqual([100, 100, 50]);
  expect(new Set(first.map(({ worker, asOf }) => `${worker} ${asOf}`))).toHaveLength(1);
  const busy = reports.map((report) => ({ ...report, health: { ...WELL, inFlight: 3 } }));
  expect(await published(() => reporter.report(busy))).toEqual([]);
  const health: CarrierHealth = { ...WELL, state: 'down', problem: 'link lost' };
  const broken = busy.with(7, { ...busy[7]!, health });
  expect(await published(() => reporter.report(broken))).toMatchObject([
    { reports: [{ health }], asOf: 4_711 },
  ]);
  expect(await published(() => reporter.report(broken))).toEqual([]);
});

test('a carrier that is gone is taken back, and all of them when the worker leaves', async () => {
  const { reporter, published } = await reporting();
  const reports = reportsOf(3);
  await published(() => reporter.report(reports));
  const [gone, ...left] = reports;
  expect(await published(() => reporter.report(left))).toMatchObject([
    { reports: [{ accountId, carrierId: gone!.carrierId }] },
  ]);
  const [last] = await published(() => reporter.leave());
  expect(last!.reports).toEqual(left.map(({ carrierId }) => ({ accountId, carrierId })));
  expect(await published(() => reporter.leave())).toEqual([]);
});

import { drained, createBacklog } from './delivery/backlog.ts';
import { measureSustained } from './delivery/sustained.ts';
import type { Ground } from './ground/ground.ts';
import { startApi, startOtpost } from './ground/otpost.ts';
import { addRoutes, createPlatform } from './ground/platform.ts';
import { send, startLoad } from './load/load.ts';
import type { Outcome } from './measure/outcome.ts';
import { median, percentile } from './measure/percentile.ts';
import type { WatchedSimulator } from './push/simulator.ts';
import type { Watcher } from './push/watcher.ts';

interface Run {
  p50Ms: number;
  p99Ms: number;
  redisP50Ms: number;
  redisP99Ms: number;
  ratio: number;
}

/** How long after the carrier's receipt a subscriber hears of it, while half of what can be is delivered. */
export async function benchPush(ground: Ground): Promise<Outcome[]> {
  const watchedPerSecond = ground.quick ? 50 : 100;
  const seconds = ground.quick ? 0.5 : 10;
  const count = watchedPerSecond * seconds;
  await using platform = await createPlatform(ground);
  await using simulator = await ground.processes.start<WatchedSimulator>({
    entry: 'test/bench/push/simulator.ts',
  });
  await addRoutes(platform, await simulator.ask.smppPort(), 'normal');
  await using _worker = await startOtpost(ground, platform, { role: 'worker' });
  await using api = await startApi(ground, platform);
  await using load = await startLoad(ground);
  await using watcher = await ground.processes.start<Watcher>({ entry: 'test/bench/push/watcher.ts' });

  const { deliveredPerSecond } = await measureSustained(ground, platform, api, load);
  const perSecond = deliveredPerSecond / 2;
  ground.say(`${Math.round(deliveredPerSecond)} delivered/s at most; watching at ${Math.round(perSecond)}/s`);
  const runs: Run[] = [];
  for (let turn = 0; turn < ground.turns; turn++) {
    const firstNumber = platform.numbers.take(count);
    await simulator.ask.watch(firstNumber, count);
    const others = { kind: 'start', firstNumber: platform.numbers.take(1_000_000) } as const;
    const pace = { kind: 'steady', perSecond: Math.max(1, perSecond - watchedPerSecond) } as const;
    const [{ arrivals, redisMs }] = await Promise.all([
      watcher.ask.watch({
        url: api.url,
        apiKey: platform.apiKey,
        firstNumber,
        count,
        perSecond: watchedPerSecond,
        redisUrl: ground.redisUrl,
        redisChannel: `${platform.env['REDIS_PREFIX']}-bare`,
      }),
      send(load, api, platform, others, seconds, pace),
    ]);
    const run = compare(await simulator.ask.takeDeliveries(), arrivals, redisMs);
    ground.say(
      `p50 ${run.p50Ms.toFixed(1)} ms, p99 ${run.p99Ms.toFixed(1)} ms; ` +
        `bare Redis p50 ${run.redisP50Ms.toFixed(2)} ms, p99 ${run.redisP99Ms.toFixed(2)} ms`,
    );
    runs.push(run);
    await drained(createBacklog(platform));
  }
  const p50 = median(runs.map((run) => run.p50Ms)).toFixed(1);
  const redisP50 = median(runs.map((run) => run.redisP50Ms)).toFixed(2);
  return [
    {
      row: 'push',
      measured: { value: median(runs.map((run) => run.p99Ms)), unit: 'ms p99' },
      beside: { value: median(runs.map((run) => run.redisP99Ms)), unit: 'ms p99 of bare Redis' },
      ratio: median(runs.map((run) => run.ratio)),
      target: { atMost: 5 },
      note: `p50 ${p50} ms beside ${redisP50} ms; at ${Math.round(perSecond)} deliveries/s`,
      runs,
    },
  ];
}

function compare(
  deliveries: ReadonlyMap<number, number>,
  arrivals: ReadonlyMap<number, number>,
  redisMs: readonly number[],
): Run {
  const pushMs = [...arrivals].map(([number, at]) => at - deliveries.get(number)!);
  const p99Ms = percentile(pushMs, 0.99);
  const redisP99Ms = percentile(redisMs, 0.99);
  return {
    p50Ms: percentile(pushMs, 0.5),
    p99Ms,
    redisP50Ms: percentile(redisMs, 0.5),
    redisP99Ms,
    ratio: p99Ms / redisP99Ms,
  };
}

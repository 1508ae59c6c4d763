import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coalesce } from '../../src/coalesce.ts';

test('one run at a time, and whoever asks gets one that began after they asked', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 8 }), async (scheduler, askers) => {
      const log = { running: 0, began: 0 };
      const run = coalesce(async () => {
        expect(++log.running).toBe(1);
        log.began++;
        await scheduler.schedule(Promise.resolve(), 'reads');
        log.running--;
      });
      const answers = Array.from({ length: askers }, async () => {
        await scheduler.schedule(Promise.resolve(), 'asks');
        const before = log.began;
        await run();
        expect(log.began).toBeGreaterThan(before);
      });
      await scheduler.waitFor(Promise.all(answers));
      expect(log.began).toBeLessThanOrEqual(askers);
    }),
  );
});

test('those who ask during a run share one', async () => {
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const run = coalesce(() => {
    runs++;
    return gate.promise;
  });
  const all = [run(), run(), run()];
  gate.resolve();
  await Promise.all(all);
  expect(runs).toBe(2);
});

test('a run that fails is its own askers’ trouble', async () => {
  const outcomes = [() => Promise.reject(new Error('down')), () => Promise.resolve()];
  const run = coalesce(() => outcomes.shift()!());
  const [first, second] = [run(), run()];
  await expect(first).rejects.toThrow('down');
  await expect(second).resolves.toBeUndefined();
});

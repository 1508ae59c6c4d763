import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createBatcher } from '../../src/db/batch.ts';

/** A commit that the test lets go on, or fail, when it wants to. */
function heldCommits() {
  const started: { items: readonly number[]; finish: () => void; fail: (error: Error) => void }[] = [];
  const run = (items: readonly number[]) =>
    new Promise<readonly (number | Error)[]>((resolve, reject) => {
      started.push({ items, finish: () => resolve(items.map((item) => item * 10)), fail: reject });
    });
  return { started, run };
}

const aTurn = () => new Promise((resolve) => setImmediate(resolve));
async function turns(count = 3): Promise<void> {
  for (let i = 0; i < count; i++) await aTurn();
}

describe('a group commit', () => {
  test('answers every item with its own result', async () => {
    const batcher = createBatcher(
      (items: readonly number[]) => Promise.resolve(items.map((item) => item * 10)),
      {
        maxBatchSize: 7,
        lanes: 2,
      },
    );
    const items = Array.from({ length: 100 }, (_, i) => i);
    expect(await Promise.all(items.map((item) => batcher.add(item)))).toEqual(items.map((item) => item * 10));
  });

  test('takes what arrives in one turn together, in order of arrival, up to its size', async () => {
    const { started, run } = heldCommits();
    const batcher = createBatcher(run, { maxBatchSize: 3, lanes: 2 });
    const answers = Promise.all([1, 2, 3, 4, 5, 6, 7].map((item) => batcher.add(item)));
    await turns();
    expect(started.map(({ items }) => items)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    started[0]!.finish();
    await turns();
    expect(started[2]!.items).toEqual([7]);
    for (const { finish } of started) finish();
    expect(await answers).toEqual([10, 20, 30, 40, 50, 60, 70]);
  });

  test('what arrives while all lanes are busy goes with the next commit, whole', async () => {
    const { started, run } = heldCommits();
    const batcher = createBatcher(run, { maxBatchSize: 500, lanes: 1 });
    const first = batcher.add(1);
    await turns();
    const later = [batcher.add(2)];
    await turns();
    later.push(batcher.add(3), batcher.add(4));
    await turns();
    expect(started).toHaveLength(1);
    started[0]!.finish();
    await first;
    await turns();
    expect(started[1]!.items).toEqual([2, 3, 4]);
    started[1]!.finish();
    expect(await Promise.all(later)).toEqual([20, 30, 40]);
  });

  test('never runs more commits at once than it has lanes', async () => {
    let running = 0;
    let most = 0;
    const batcher = createBatcher(
      async (items: readonly number[]) => {
        most = Math.max(most, ++running);
        await aTurn();
        running--;
        return items;
      },
      { maxBatchSize: 1, lanes: 2 },
    );
    await Promise.all(Array.from({ length: 50 }, (_, i) => batcher.add(i)));
    expect(most).toBe(2);
  });

  test('a pace gathers what comes meanwhile, and does not hold up the first', async () => {
    const batches: number[] = [];
    const begun: number[] = [];
    const batcher = createBatcher(
      (items: readonly number[]) => {
        batches.push(items.length);
        begun.push(performance.now());
        return Promise.resolve(items);
      },
      { maxBatchSize: 500, lanes: 1, paceMs: 400 },
    );
    const asked = performance.now();
    await batcher.add(1);
    const rest: Promise<number>[] = [];
    for (let i = 0; i < 5; i++) {
      rest.push(batcher.add(i));
      await aTurn();
    }
    await Promise.all(rest);
    expect(batches).toEqual([1, 5]);
    // A timer may fire a millisecond early.
    expect(begun[1]! - asked).toBeGreaterThanOrEqual(398);
  });

  test('with a rest, what comes behind a batch joins what waited for it, and none waits for one that hangs', async () => {
    // The clock stands, so neither a rest nor the patience with one that hangs ends by itself.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { started, run } = heldCommits();
    const batcher = createBatcher(run, { maxBatchSize: 500, lanes: 2, paceMs: 1, restShare: 0.5 });
    const answers = [batcher.add(1)];
    await turns();
    answers.push(batcher.add(2));
    vi.advanceTimersByTime(20);
    await turns();
    expect(started).toHaveLength(1);
    started[0]!.finish();
    await answers[0];
    answers.push(batcher.add(3));
    await turns();
    expect(started).toHaveLength(1);
    vi.advanceTimersByTime(10);
    await turns();
    expect(started[1]!.items).toEqual([2, 3]);
    answers.push(batcher.add(4));
    await turns();
    expect(started).toHaveLength(2);
    vi.advanceTimersByTime(60_000);
    await turns();
    expect(started[2]?.items).toEqual([4]);
    for (const { finish } of started) finish();
    expect(await Promise.all(answers)).toEqual([10, 20, 30, 40]);
  });

  test('a rest ends once enough wait', async () => {
    // The clock stands, so the rest lasts until it is ended.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { started, run } = heldCommits();
    const batcher = createBatcher(run, { maxBatchSize: 500, lanes: 1, paceMs: 1, restShare: 1, enough: 3 });
    const answers = [batcher.add(1)];
    await turns();
    vi.advanceTimersByTime(20);
    started[0]!.finish();
    await answers[0];
    answers.push(batcher.add(2), batcher.add(3));
    await turns();
    expect(started).toHaveLength(1);
    answers.push(batcher.add(4));
    await turns();
    expect(started[1]?.items).toEqual([2, 3, 4]);
    // More than enough wait already when the next one ends.
    answers.push(...[5, 6, 7, 8].map((item) => batcher.add(item)));
    vi.advanceTimersByTime(20);
    started[1]!.finish();
    await answers[1];
    await turns();
    expect(started[2]?.items).toEqual([5, 6, 7, 8]);
    started[2]!.finish();
    await Promise.all(answers);
  });

  test('a pace holds up nothing that fills a batch', async () => {
    const { started, run } = heldCommits();
    const batcher = createBatcher(run, { maxBatchSize: 2, lanes: 2, paceMs: 60_000 });
    const answers = [batcher.add(1)];
    await turns();
    answers.push(batcher.add(2));
    await turns();
    expect(started).toHaveLength(1);
    answers.push(batcher.add(3));
    await turns();
    expect(started[1]!.items).toEqual([2, 3]);
    for (const { finish } of started) finish();
    await Promise.all(answers);
  });

  test('an error among the results refuses its own item only', async () => {
    const batcher = createBatcher(
      (items: readonly number[]) =>
        Promise.resolve(items.map((item) => (item === 2 ? new Error('not this one') : item))),
      { maxBatchSize: 500, lanes: 1 },
    );
    const settled = await Promise.allSettled([1, 2, 3].map((item) => batcher.add(item)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('an item that breaks the whole batch is found, and does not take the others with it', async () => {
    const batches: number[][] = [];
    const batcher = createBatcher(
      (items: readonly number[]) => {
        batches.push([...items]);
        if (items.includes(2)) return Promise.reject(new Error('broken by 2'));
        return Promise.resolve(items);
      },
      { maxBatchSize: 500, lanes: 1 },
    );
    const settled = await Promise.allSettled([1, 2, 3].map((item) => batcher.add(item)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(batches).toEqual([[1, 2, 3], [1], [2, 3], [2], [3]]);
    expect(await batcher.add(4)).toBe(4);
  });

  test('one bad item of 500 costs the others 18 commits', async () => {
    let commits = 0;
    const batcher = createBatcher(
      (items: readonly number[]) => {
        commits++;
        return items.includes(321) ? Promise.reject(new Error('broken by 321')) : Promise.resolve(items);
      },
      { maxBatchSize: 500, lanes: 1 },
    );
    const items = Array.from({ length: 500 }, (_, i) => i);
    const settled = await Promise.allSettled(items.map((item) => batcher.add(item)));
    expect(items.filter((i) => settled[i]!.status === 'rejected')).toEqual([321]);
    expect(commits).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(500)));
  });

  test.each(['CONNECTION_CLOSED', 'ECONNREFUSED', '57P01', '53300'])(
    'a batch that %s took refuses all its items at once, and runs none of them again',
    async (code) => {
      let runs = 0;
      const batcher = createBatcher<number, number>(
        () => {
          runs++;
          return Promise.reject(Object.assign(new Error('away'), { code }));
        },
        { maxBatchSize: 500, lanes: 1 },
      );
      const settled = await Promise.allSettled([1, 2, 3].map((item) => batcher.add(item)));
      expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
      expect(runs).toBe(1);
    },
  );

  test('a commit that throws before it begins refuses its items like any other', async () => {
    const batcher = createBatcher<number, number>(
      () => {
        throw new Error('at once');
      },
      { maxBatchSize: 500, lanes: 1 },
    );
    await expect(batcher.add(1)).rejects.toThrow('at once');
    await batcher.idle();
  });

  test('is idle once nothing waits or runs, and at once when nothing ever did', async () => {
    const { started, run } = heldCommits();
    const batcher = createBatcher(run, { maxBatchSize: 1, lanes: 1 });
    await batcher.idle();
    const answers = [batcher.add(1), batcher.add(2)];
    let isIdle = false;
    const idle = batcher.idle().then(() => (isIdle = true));
    await turns();
    started[0]!.finish();
    await turns();
    expect(isIdle).toBe(false);
    started[1]!.fail(new Error('no'));
    await idle;
    expect((await Promise.allSettled(answers)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
    ]);
  });
});
